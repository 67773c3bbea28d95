// The pages of the forms: each module here adds its routes when it is loaded.

import "../day.js";
import "../drafts.js";
import "../map.js";
import "../scan.js";
import "./visit.js";
import "./measure.js";
import "./assess.js";
import "./edit.js";
import "./photos.js";
import "./incident.js";
import "./new_tree.js";
import "./tag.js";
