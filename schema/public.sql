-- The public edition: one SQLite file that is a GeoPackage, the Datasette database and the open-data download.
-- Only the columns listed here exist in it; everything in it has passed registry.rules.redaction.
-- Positions are WGS84 (EPSG:4326), lon before lat; `datum` says in what system the source gave them.

CREATE TABLE tree (
  fid INTEGER PRIMARY KEY,
  geom BLOB,                          -- GeoPackage point; NULL where there is no position or it is withheld
  uuid TEXT NOT NULL UNIQUE,
  path TEXT NOT NULL UNIQUE,          -- segment of /tree/<path>, tilde-encoded
  tree_no TEXT NOT NULL,
  number_scheme TEXT NOT NULL,
  authority_id TEXT NOT NULL REFERENCES authority(id),
  jurisdiction TEXT NOT NULL,
  category TEXT NOT NULL,
  status TEXT NOT NULL,
  protection_grade TEXT,
  grade_scheme TEXT,
  listings TEXT NOT NULL,             -- JSON list of listing codes
  listing TEXT,                       -- the first of them, for the facet
  designated_on TEXT,
  species_id TEXT REFERENCES species(id),
  name_zh TEXT,
  name_zh_lang TEXT,                  -- zh-Hans or zh-Hant
  name_latin TEXT,
  name_author TEXT,
  name_en TEXT,
  name_verbatim TEXT,
  latin_verbatim TEXT,
  common_name TEXT,
  family TEXT,
  genus TEXT,
  division_id TEXT REFERENCES division(id),
  division_path TEXT NOT NULL,        -- JSON list of names as recorded, largest first
  division_path_en TEXT NOT NULL DEFAULT '[]',  -- the same in English where there is an English name
  town TEXT,
  village TEXT,
  small_place TEXT,
  address TEXT,
  growth_place TEXT,
  distribution TEXT,
  ownership TEXT,
  lon REAL,
  lat REAL,
  datum TEXT NOT NULL,
  coordinate_uncertainty_m REAL,
  position_precision TEXT NOT NULL,
  elevation_m REAL,
  slope TEXT,
  slope_position TEXT,
  aspect TEXT,
  soil TEXT,
  soil_compaction TEXT,
  soil_depth TEXT,
  age_years INTEGER,
  age_basis TEXT,
  age_as_of TEXT,
  age_method TEXT,
  girth_cm REAL,
  diameter_cm REAL,
  ground_girth_cm REAL,
  ground_diameter_cm REAL,
  height_m REAL,
  crown_m REAL,
  crown_ew_m REAL,
  crown_ns_m REAL,
  measure_height_m REAL,
  measured_on TEXT,
  vigour TEXT,
  vigour_scale TEXT,
  environment TEXT,
  damage TEXT,
  threats TEXT,
  protection_measures TEXT,
  rejuvenation TEXT,
  "values" TEXT,
  steward TEXT,                       -- a unit, never a person
  lead TEXT,                          -- lead unit (牵头单位), and the cooperating units
  cooperating TEXT,
  history_text TEXT,
  peculiarity TEXT,
  notes TEXT,
  famous_category TEXT,               -- why it is a famous tree (名木类别)
  planted_year INTEGER,
  planted_by TEXT,
  stem_count INTEGER,
  stem_girths TEXT,                   -- as recorded where the tree has several stems
  condition TEXT,                     -- state at the census (现存状态)
  census_scope TEXT,
  department TEXT,
  forest_group TEXT,
  forest_bureau TEXT,
  forest_farm TEXT,
  values_note TEXT,
  species_record TEXT,
  photo_note TEXT,
  added_reason TEXT,
  removal_reason TEXT,
  death_disposal TEXT,
  has_care_agreement INTEGER,
  is_in_timber_plantation INTEGER,
  feature_code TEXT,
  datum_code TEXT,                    -- EPSG code of the grid in which the source gave the position
  grove_no TEXT,
  garden_no TEXT,
  place_no TEXT,
  last_inspected_on TEXT,
  photo_count INTEGER NOT NULL,
  flag_count INTEGER NOT NULL,
  withheld TEXT NOT NULL,             -- JSON list of the fields held back
  text_lang TEXT NOT NULL,            -- language of the recorded texts
  source_id TEXT NOT NULL REFERENCES source(id),
  source_url TEXT,
  licence TEXT NOT NULL,
  attribution TEXT NOT NULL,
  updated_on TEXT,
  patrol_months REAL,                 -- months between two patrols, where a rule pack gives them
  patrol_basis_zh TEXT,               -- the document that does
  patrol_basis_en TEXT,
  next_visit_on TEXT,                 -- day until which the next patrol is wanted, from the last public visit; not one that has passed
  parts TEXT                          -- JSON list of the tables below that hold rows of this tree; NULL: not said
);

CREATE TABLE grove (
  fid INTEGER PRIMARY KEY,
  geom BLOB,                          -- polygon where there is a boundary, else a point
  uuid TEXT NOT NULL UNIQUE,
  path TEXT NOT NULL UNIQUE,
  number TEXT NOT NULL,
  name TEXT,
  name_lang TEXT NOT NULL,
  status TEXT NOT NULL,
  authority_id TEXT NOT NULL REFERENCES authority(id),
  jurisdiction TEXT NOT NULL,
  division_id TEXT REFERENCES division(id),
  division_path TEXT NOT NULL,
  division_path_en TEXT NOT NULL DEFAULT '[]',
  town TEXT,
  village TEXT,
  small_place TEXT,
  address TEXT,
  lon REAL,
  lat REAL,
  datum TEXT NOT NULL,
  tree_count INTEGER,                 -- trees by the form or ledger
  file_count INTEGER NOT NULL,        -- those of them that have a file of their own
  area_ha REAL,
  ownership TEXT,
  protection_grade TEXT,
  grade_scheme TEXT,
  garden_no TEXT,
  place_no TEXT,
  composition TEXT NOT NULL,          -- JSON list of objects: species, trees, share
  steward TEXT,
  lead TEXT,
  cooperating TEXT,
  notes TEXT,
  details TEXT NOT NULL,              -- JSON list of [field, value]: the other answers, in the order of the form
  inspections TEXT NOT NULL,          -- JSON list of objects
  designations TEXT NOT NULL,
  aliases TEXT NOT NULL,
  flags TEXT NOT NULL,
  history TEXT NOT NULL,
  position_precision TEXT NOT NULL,
  withheld TEXT NOT NULL,
  text_lang TEXT NOT NULL,
  source_id TEXT NOT NULL REFERENCES source(id),
  source_url TEXT,
  licence TEXT NOT NULL,
  attribution TEXT NOT NULL,
  updated_on TEXT
);

CREATE TABLE garden (
  fid INTEGER PRIMARY KEY,
  geom BLOB,                          -- polygon where there is a boundary, else a point
  uuid TEXT NOT NULL UNIQUE,
  path TEXT NOT NULL UNIQUE,
  number TEXT NOT NULL,
  name TEXT,
  name_lang TEXT NOT NULL,
  status TEXT NOT NULL,
  authority_id TEXT NOT NULL REFERENCES authority(id),
  jurisdiction TEXT NOT NULL,
  division_id TEXT REFERENCES division(id),
  division_path TEXT NOT NULL,
  division_path_en TEXT NOT NULL DEFAULT '[]',
  town TEXT,
  village TEXT,
  small_place TEXT,
  address TEXT,
  lon REAL,
  lat REAL,
  datum TEXT NOT NULL,
  tree_count INTEGER,                 -- trees by the form or ledger
  file_count INTEGER NOT NULL,        -- those of them that have a file of their own
  area_ha REAL,
  ownership TEXT,
  period TEXT,
  listings TEXT NOT NULL,             -- JSON list of listing codes
  steward TEXT,
  lead TEXT,
  cooperating TEXT,
  notes TEXT,
  details TEXT NOT NULL,              -- JSON list of [field, value]: the other answers, in the order of the form
  inspections TEXT NOT NULL,          -- JSON list of objects
  designations TEXT NOT NULL,
  aliases TEXT NOT NULL,
  flags TEXT NOT NULL,
  history TEXT NOT NULL,
  position_precision TEXT NOT NULL,
  withheld TEXT NOT NULL,
  text_lang TEXT NOT NULL,
  source_id TEXT NOT NULL REFERENCES source(id),
  source_url TEXT,
  licence TEXT NOT NULL,
  attribution TEXT NOT NULL,
  updated_on TEXT
);

-- Places of a ledger: villages, temples, Linpan, ancient-tree parks, old-town green spaces, parks.
CREATE TABLE place (
  fid INTEGER PRIMARY KEY,
  geom BLOB,                          -- polygon where there is a boundary, else a point
  uuid TEXT NOT NULL UNIQUE,
  path TEXT NOT NULL UNIQUE,
  number TEXT NOT NULL,
  subkind TEXT NOT NULL,
  name TEXT,
  name_lang TEXT NOT NULL,
  status TEXT NOT NULL,
  authority_id TEXT NOT NULL REFERENCES authority(id),
  jurisdiction TEXT NOT NULL,
  division_id TEXT REFERENCES division(id),
  division_path TEXT NOT NULL,
  division_path_en TEXT NOT NULL DEFAULT '[]',
  town TEXT,
  village TEXT,
  small_place TEXT,
  address TEXT,
  lon REAL,
  lat REAL,
  datum TEXT NOT NULL,
  tree_count INTEGER,                 -- trees by the form or ledger
  file_count INTEGER NOT NULL,        -- those of them that have a file of their own
  area_ha REAL,
  ownership TEXT,
  period TEXT,
  steward TEXT,
  lead TEXT,
  cooperating TEXT,
  notes TEXT,
  details TEXT NOT NULL,              -- JSON list of [field, value]: the other answers, in the order of the form
  inspections TEXT NOT NULL,          -- JSON list of objects
  designations TEXT NOT NULL,
  aliases TEXT NOT NULL,
  flags TEXT NOT NULL,
  history TEXT NOT NULL,
  position_precision TEXT NOT NULL,
  withheld TEXT NOT NULL,
  text_lang TEXT NOT NULL,
  source_id TEXT NOT NULL REFERENCES source(id),
  source_url TEXT,
  licence TEXT NOT NULL,
  attribution TEXT NOT NULL,
  updated_on TEXT
);

-- Landmark elements: bridges, wells, steles, paving; in a place or a garden.
CREATE TABLE element (
  fid INTEGER PRIMARY KEY,
  geom BLOB,                          -- polygon where there is a boundary, else a point
  uuid TEXT NOT NULL UNIQUE,
  path TEXT NOT NULL UNIQUE,
  number TEXT NOT NULL,
  subkind TEXT NOT NULL,
  name TEXT,
  name_lang TEXT NOT NULL,
  status TEXT NOT NULL,
  authority_id TEXT NOT NULL REFERENCES authority(id),
  jurisdiction TEXT NOT NULL,
  division_id TEXT REFERENCES division(id),
  division_path TEXT NOT NULL,
  division_path_en TEXT NOT NULL DEFAULT '[]',
  town TEXT,
  village TEXT,
  small_place TEXT,
  address TEXT,
  lon REAL,
  lat REAL,
  datum TEXT NOT NULL,
  tree_count INTEGER,                 -- trees by the form or ledger
  file_count INTEGER NOT NULL,        -- those of them that have a file of their own
  area_ha REAL,
  ownership TEXT,
  period TEXT,
  garden_no TEXT,
  place_no TEXT,
  steward TEXT,
  lead TEXT,
  cooperating TEXT,
  notes TEXT,
  details TEXT NOT NULL,              -- JSON list of [field, value]: the other answers, in the order of the form
  inspections TEXT NOT NULL,          -- JSON list of objects
  designations TEXT NOT NULL,
  aliases TEXT NOT NULL,
  flags TEXT NOT NULL,
  history TEXT NOT NULL,
  position_precision TEXT NOT NULL,
  withheld TEXT NOT NULL,
  text_lang TEXT NOT NULL,
  source_id TEXT NOT NULL REFERENCES source(id),
  source_url TEXT,
  licence TEXT NOT NULL,
  attribution TEXT NOT NULL,
  updated_on TEXT
);

CREATE TABLE measurement (
  id INTEGER PRIMARY KEY,
  tree_uuid TEXT NOT NULL REFERENCES tree(uuid),
  measured_on TEXT,
  girth_cm REAL,
  diameter_cm REAL,
  ground_girth_cm REAL,
  ground_diameter_cm REAL,
  height_m REAL,
  crown_m REAL,
  crown_ew_m REAL,
  crown_ns_m REAL,
  measure_height_m REAL,
  stem_girths TEXT,
  crown_n_m REAL,                     -- radii of the crown towards north, east, south and west
  crown_e_m REAL,
  crown_s_m REAL,
  crown_w_m REAL
);

CREATE TABLE age (
  id INTEGER PRIMARY KEY,
  tree_uuid TEXT NOT NULL REFERENCES tree(uuid),
  basis TEXT NOT NULL,
  years INTEGER,
  lower_years INTEGER,
  upper_years INTEGER,
  method TEXT,
  as_of TEXT,
  evidence TEXT
);

CREATE TABLE inspection (
  id INTEGER PRIMARY KEY,
  tree_uuid TEXT NOT NULL REFERENCES tree(uuid),
  inspected_on TEXT NOT NULL,
  kind TEXT NOT NULL,
  vigour TEXT,
  vigour_scale TEXT,
  environment TEXT,
  risk_rating TEXT,
  findings TEXT NOT NULL,             -- JSON list, in the source's words
  notes TEXT,
  inspected_by TEXT,
  text_lang TEXT NOT NULL
);

CREATE TABLE designation (
  id INTEGER PRIMARY KEY,
  tree_uuid TEXT NOT NULL REFERENCES tree(uuid),
  kind TEXT NOT NULL,
  scheme TEXT NOT NULL,
  grade TEXT,
  designated_on TEXT,
  authority TEXT,
  authority_en TEXT,
  document_no TEXT,
  approved_by TEXT,                   -- the government that approved the decision
  approved_on TEXT,
  published_on TEXT,
  published_url TEXT,
  ended_on TEXT                       -- day from which another decision holds, or none
);

CREATE TABLE alias (
  id INTEGER PRIMARY KEY,
  tree_uuid TEXT NOT NULL REFERENCES tree(uuid),
  number TEXT NOT NULL,
  scheme TEXT NOT NULL
);

CREATE TABLE flag (
  id INTEGER PRIMARY KEY,
  tree_uuid TEXT NOT NULL REFERENCES tree(uuid),
  "check" TEXT NOT NULL,
  severity TEXT NOT NULL,
  field TEXT NOT NULL,
  value TEXT NOT NULL
);

-- What was done for a tree or an area: reviewed assessments with their band, works that were accepted.
CREATE TABLE care_event (
  id INTEGER PRIMARY KEY,
  tree_uuid TEXT REFERENCES tree(uuid),
  area_uuid TEXT,                     -- of a grove, garden or place instead of a tree
  happened_on TEXT NOT NULL,
  kind TEXT NOT NULL,                 -- assessment or works
  code TEXT NOT NULL,                 -- id of the model, or code of the measure
  label_zh TEXT NOT NULL,             -- what the model or the measure is called
  label_en TEXT NOT NULL,
  detail_zh TEXT,                     -- band of the assessment
  detail_en TEXT,
  score REAL,                         -- 0 to 100 by the model; not to be compared between models
  coverage REAL                       -- share of the model that was answered, 0 to 1
);

CREATE TABLE photo (
  id INTEGER PRIMARY KEY,
  tree_uuid TEXT REFERENCES tree(uuid),
  area_uuid TEXT,                     -- of a grove, garden, place or element instead of a tree
  kind TEXT NOT NULL,
  taken_on TEXT,
  caption TEXT,
  caption_lang TEXT NOT NULL,
  credit TEXT,
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  jpeg BLOB NOT NULL,                 -- re-encoded, no EXIF, long side at most 1,600 px
  thumb BLOB NOT NULL,                -- long side at most 320 px
  viewpoint TEXT,                     -- name of the fixed viewpoint: photos of one make a series
  bearing_deg REAL,                   -- from where it looks at the tree, degrees from north
  distance_m REAL
);

CREATE TABLE history (
  id INTEGER PRIMARY KEY,
  tree_uuid TEXT NOT NULL REFERENCES tree(uuid),
  seq INTEGER NOT NULL,               -- number of the event in the register's chain
  at TEXT NOT NULL,                   -- UTC
  kind TEXT NOT NULL,
  fields TEXT NOT NULL,               -- JSON list of the public fields that changed
  hash TEXT NOT NULL
);

-- Protection zones of trees and groves whose position is exact; never of a generalised or withheld one.
CREATE TABLE zone (
  fid INTEGER PRIMARY KEY,
  geom BLOB NOT NULL,
  tree_uuid TEXT REFERENCES tree(uuid),
  area_uuid TEXT,                     -- of a grove, garden or place instead of a tree
  number TEXT NOT NULL,
  name TEXT,
  kind TEXT NOT NULL,                 -- computed or legal
  statement TEXT NOT NULL,            -- 依法划定 / delineated, or 推算，未依法公布 / computed, not legally published
  pack_id TEXT,
  rule TEXT,
  basis_zh TEXT,                      -- the rule in words, with its source
  basis_en TEXT,
  confidence TEXT,
  area_m2 REAL NOT NULL,
  projection TEXT NOT NULL,           -- grid in which the area was taken
  uncertainty_m REAL,                 -- of the position that a computed zone is drawn around
  since TEXT NOT NULL,
  document_no TEXT,
  approved_by TEXT,
  published_on TEXT,
  published_url TEXT,
  west REAL NOT NULL,
  south REAL NOT NULL,
  east REAL NOT NULL,
  north REAL NOT NULL
);

CREATE TABLE species (
  id TEXT PRIMARY KEY,
  path TEXT NOT NULL UNIQUE,          -- segment of /species/<path>
  name_latin TEXT,
  name_author TEXT,
  name_hans TEXT,
  name_hant TEXT,
  name_en TEXT,
  family TEXT,
  genus TEXT,
  also TEXT NOT NULL DEFAULT '[]',    -- JSON list of its other names: former, folk and trade names
  tree_count INTEGER NOT NULL
);

-- The names of those species that stand in lists, each with what kind of name it is; anybody may read them.
CREATE TABLE species_name (
  id INTEGER PRIMARY KEY,
  species_id TEXT NOT NULL REFERENCES species(id),
  kind TEXT NOT NULL,                 -- accepted, synonym, trade, local …: as the list says it
  name TEXT NOT NULL,
  name_lang TEXT NOT NULL
);

CREATE TABLE division (
  id TEXT PRIMARY KEY,
  path TEXT NOT NULL UNIQUE,          -- segment of /place/<path>
  name TEXT NOT NULL,
  name_lang TEXT NOT NULL,
  name_en TEXT,
  level TEXT NOT NULL,                -- province, city, county, town, village, district
  parent_id TEXT REFERENCES division(id),
  jurisdiction TEXT NOT NULL,
  tree_count INTEGER NOT NULL         -- trees in it and in all below it
);

CREATE TABLE authority (
  id TEXT PRIMARY KEY,
  name_zh TEXT NOT NULL,
  name_zh_lang TEXT NOT NULL,
  name_en TEXT NOT NULL,
  jurisdiction TEXT NOT NULL,
  duty_phone TEXT,
  duty_mail TEXT,
  tree_count INTEGER NOT NULL
);

CREATE TABLE source (
  id TEXT PRIMARY KEY,
  title TEXT NOT NULL,
  title_lang TEXT NOT NULL,
  title_en TEXT NOT NULL,
  publisher TEXT NOT NULL,
  licence TEXT NOT NULL,
  licence_url TEXT NOT NULL,
  attribution TEXT NOT NULL,
  origin TEXT NOT NULL,
  as_of TEXT,
  tree_count INTEGER NOT NULL
);

-- Per issued tag only a SHA-256 of code and check: a site can tell genuine from forged, nobody can make one.
CREATE TABLE tag (
  tag_hash TEXT PRIMARY KEY,
  tree_uuid TEXT REFERENCES tree(uuid),
  grove_uuid TEXT REFERENCES grove(uuid),  -- where the tag is a grove's; neither: a blank tag, bound to nothing yet
  state TEXT NOT NULL,                -- blank, issued, replaced, withdrawn; revoked: its key leaked
  condition TEXT,                     -- damaged or lost, where the office was told so
  issued_on TEXT NOT NULL,
  ended_on TEXT
) WITHOUT ROWID;

-- Plates of other makers and former hosts that the office bound to a record: a SHA-256 of what their code says.
CREATE TABLE plate (
  plate_hash TEXT PRIMARY KEY,
  tree_uuid TEXT REFERENCES tree(uuid),
  grove_uuid TEXT REFERENCES grove(uuid),
  bound_on TEXT NOT NULL
) WITHOUT ROWID;

-- Records that belong together, both of them with an exact position: a bridge and a garden, a well and a tree.
CREATE TABLE record_link (
  kind TEXT NOT NULL,                 -- related, stands_in, replaces
  from_kind TEXT NOT NULL,            -- tree, grove, garden, place, element
  from_uuid TEXT NOT NULL,
  to_kind TEXT NOT NULL,
  to_uuid TEXT NOT NULL
);

-- Stories that the office released: each with its source and how far it can be relied on.
CREATE TABLE story (
  id INTEGER PRIMARY KEY,
  uuid TEXT NOT NULL UNIQUE,
  path TEXT NOT NULL UNIQUE,          -- segment of /story/<path>
  kind TEXT NOT NULL,                 -- legend, history, event, verse, custom, person, name_origin, other
  subject_kind TEXT NOT NULL,         -- tree, grove, garden, place, element, division, species
  subject_uuid TEXT NOT NULL,         -- uuid of the record; id of the division or species
  title TEXT NOT NULL,
  text TEXT NOT NULL,
  lang TEXT NOT NULL,                 -- of title, text and source, as recorded
  source TEXT,                        -- document, book or teller, in words
  source_url TEXT,
  reliability TEXT NOT NULL,          -- documented, recorded, oral, disputed, unknown
  teller TEXT,                        -- a unit, a historic person, or who agreed to be named
  collector TEXT,
  collected_on TEXT,
  released_on TEXT NOT NULL
);

-- A story in further languages.
CREATE TABLE story_text (
  id INTEGER PRIMARY KEY,
  story_uuid TEXT NOT NULL REFERENCES story(uuid),
  lang TEXT NOT NULL,
  title TEXT NOT NULL,
  text TEXT NOT NULL,
  translator TEXT                     -- a unit, or who agreed to be named
);

-- Walks that the office drew up and released.
CREATE TABLE walk (
  id INTEGER PRIMARY KEY,
  uuid TEXT NOT NULL UNIQUE,
  path TEXT NOT NULL UNIQUE,          -- segment of /walk/<path>
  kind TEXT NOT NULL,                 -- research_trip, garden, tree_park, city_walk
  title TEXT NOT NULL,
  title_en TEXT,
  lang TEXT NOT NULL,                 -- of all texts that are not marked English
  intro TEXT,
  intro_en TEXT,
  season TEXT,
  duration_h REAL,
  length_m REAL,                      -- along the way, as the author says; NULL where not said
  accessibility TEXT,
  start TEXT,                         -- where it begins and how to get there
  author TEXT,                        -- a unit
  stop_count INTEGER NOT NULL,        -- stops in walk_stop
  hidden_stops INTEGER NOT NULL,      -- stops left out because their place is protected
  released_on TEXT NOT NULL
);

-- The stops whose place is public, in order; a stop whose place is protected is in no row.
CREATE TABLE walk_stop (
  id INTEGER PRIMARY KEY,
  walk_uuid TEXT NOT NULL REFERENCES walk(uuid),
  place INTEGER NOT NULL,             -- 1, 2, 3 … among the stops that are shown
  subject_kind TEXT,                  -- tree, grove, garden, place, element; NULL at a free point
  subject_uuid TEXT,
  name TEXT,                          -- of the stop; NULL where the record's own name says it
  name_en TEXT,
  lang TEXT NOT NULL,                 -- of name and text
  lon REAL,
  lat REAL,
  text TEXT,
  text_en TEXT
);

-- The history of editions: one row each, carried on from edition to edition.
CREATE TABLE edition_log (
  number INTEGER PRIMARY KEY,
  made_at TEXT NOT NULL,              -- UTC
  compared_with INTEGER,              -- the edition before that it was compared with; NULL: with none
  tree_count INTEGER NOT NULL,
  grove_count INTEGER NOT NULL,
  garden_count INTEGER NOT NULL,
  place_count INTEGER NOT NULL,
  element_count INTEGER NOT NULL,
  added INTEGER NOT NULL,             -- records, by what happened to them since `compared_with`
  removed INTEGER NOT NULL,
  died INTEGER NOT NULL,
  redesignated INTEGER NOT NULL,
  zone INTEGER NOT NULL,
  photo INTEGER NOT NULL,
  text INTEGER NOT NULL,
  changed INTEGER NOT NULL,
  is_listed INTEGER NOT NULL,         -- 1 while edition_change has all changes of this edition
  sha256 TEXT,                        -- of that edition's file; NULL for this one, which cannot hold its own
  history_head TEXT NOT NULL
);

-- What was changed between two editions. Names are those that this edition shows; values are codes alone,
-- never texts, and never of a field that is withheld now; of a record that is gone only its number is left.
CREATE TABLE edition_change (
  cursor INTEGER PRIMARY KEY,         -- never used again: how far a reader of the change feed has come
  edition INTEGER NOT NULL REFERENCES edition_log(number),
  kind TEXT NOT NULL,                 -- tree, grove, garden, place, element
  uuid TEXT NOT NULL,
  path TEXT,                          -- of its page; NULL where this edition has none
  number TEXT NOT NULL,
  name TEXT,
  name_lang TEXT,
  what TEXT NOT NULL,                 -- added, removed, died, redesignated, zone, photo, text, changed
  fields TEXT NOT NULL,               -- JSON list of the public fields that changed
  codes TEXT NOT NULL                 -- JSON object: field: [before, now], of codes (grade, status, vigour …)
);
CREATE INDEX edition_change_index ON edition_change(edition, what);
CREATE INDEX edition_change_uuid_index ON edition_change(uuid);

-- Figures (考核指标) as of the day on which the edition was made, over the whole register.
CREATE TABLE kpi (
  kpi TEXT NOT NULL,                  -- its code: filed, tagged, zoned, contracted, protected …
  "group" TEXT NOT NULL,              -- all, ancient, famous, reserve, other, grove
  numerator INTEGER NOT NULL,
  denominator INTEGER NOT NULL,
  unit TEXT NOT NULL,                 -- trees, times, cases, strategies, fields
  target REAL,                        -- 0 to 1, where a policy names one
  from_on TEXT NOT NULL,              -- first day of the period in which happenings are counted
  as_of TEXT NOT NULL,
  name_zh TEXT NOT NULL,
  name_en TEXT NOT NULL,
  sentence_zh TEXT NOT NULL,
  sentence_en TEXT NOT NULL,
  citation_zh TEXT NOT NULL,
  citation_en TEXT NOT NULL,
  ordinal INTEGER NOT NULL,
  PRIMARY KEY (kpi, "group")
);

-- Protection lists (保护名录) that were published, and their lines, without what is withheld now.
CREATE TABLE protection_list (
  list_id TEXT PRIMARY KEY,
  authority_id TEXT NOT NULL,
  authority_zh TEXT NOT NULL,
  authority_en TEXT NOT NULL,
  edition INTEGER NOT NULL,           -- number of the list, counted by its authority
  title TEXT,
  title_lang TEXT NOT NULL,
  published_on TEXT NOT NULL,
  document_no TEXT,
  url TEXT,
  entry_count INTEGER NOT NULL,
  is_listed INTEGER NOT NULL,         -- 1 where protection_list_entry has its lines
  UNIQUE (authority_id, edition)
);
CREATE TABLE protection_list_entry (
  list_id TEXT NOT NULL REFERENCES protection_list(list_id),
  ordinal INTEGER NOT NULL,
  kind TEXT NOT NULL,                 -- tree or grove
  uuid TEXT NOT NULL,
  path TEXT,                          -- of its page; NULL where this edition has none
  number TEXT NOT NULL,
  category TEXT,
  name TEXT,
  name_lang TEXT,
  name_latin TEXT,
  grade TEXT,
  listings TEXT NOT NULL,             -- JSON list of listing codes
  age_years INTEGER,
  division_path TEXT NOT NULL,        -- JSON list of names, largest first
  tree_count INTEGER,                 -- of a grove
  designated_on TEXT,
  PRIMARY KEY (list_id, ordinal)
) WITHOUT ROWID;

CREATE TABLE edition (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL                 -- number, name, made_at, history_head, counts …; see docs/edition.md
) WITHOUT ROWID;

-- What the site's map is drawn from (registry/public_map.py): helpers, no layers. Squares are those of the web
-- Mercator plane, 2^level wide and high, x from 180° W, y from the north.
CREATE TABLE map_cell (
  facet TEXT NOT NULL,                -- '' (all trees), jurisdiction, category, grade or listing
  value TEXT NOT NULL,
  z INTEGER NOT NULL,                 -- zoom of the map, 2 to 11; its squares are of level z + 2
  x INTEGER NOT NULL,
  y INTEGER NOT NULL,
  trees INTEGER NOT NULL,             -- trees with a public position in the square
  generalised INTEGER NOT NULL,       -- those of them that count at the centre of their grid cell
  lon REAL NOT NULL,                  -- mean of their public positions
  lat REAL NOT NULL,
  tree_fid INTEGER NOT NULL,          -- one of them: the only one where trees = 1
  PRIMARY KEY (facet, value, z, x, y)
) WITHOUT ROWID;
CREATE TABLE map_tree (
  tree_fid INTEGER PRIMARY KEY REFERENCES tree(fid),
  x INTEGER NOT NULL,                 -- square of level 15 that holds the public position
  y INTEGER NOT NULL
);
CREATE INDEX map_tree_square ON map_tree(x, y);
CREATE TABLE map_count (
  facet TEXT NOT NULL,                -- as in map_cell, and mark: JSON of [status, grade, category, listing]
  value TEXT NOT NULL,
  trees INTEGER NOT NULL,
  placed INTEGER NOT NULL,            -- with a public position
  generalised INTEGER NOT NULL,
  west REAL,
  south REAL,
  east REAL,
  north REAL,
  PRIMARY KEY (facet, value)
) WITHOUT ROWID;
CREATE TABLE map_area (
  kind TEXT NOT NULL,                 -- grove, garden or place, with an exact position
  area_fid INTEGER NOT NULL,
  west REAL NOT NULL,
  south REAL NOT NULL,
  east REAL NOT NULL,
  north REAL NOT NULL
);
CREATE INDEX map_area_box_index ON map_area(south, north, west, east);
CREATE TABLE map_outline (
  name TEXT NOT NULL,                 -- of a county or district
  name_lang TEXT NOT NULL,
  ring TEXT NOT NULL,                 -- JSON list of [lon, lat]: convex outline of its trees, no boundary
  west REAL NOT NULL,
  south REAL NOT NULL,
  east REAL NOT NULL,
  north REAL NOT NULL
);

-- How QGIS draws the layers, in the table where it looks for styles.
CREATE TABLE layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  f_table_catalog TEXT(256),
  f_table_schema TEXT(256),
  f_table_name TEXT(256),
  f_geometry_column TEXT(256),
  styleName TEXT(30),
  styleQML TEXT,
  styleSLD TEXT,
  useAsDefault BOOLEAN,
  description TEXT,
  owner TEXT(30),
  ui TEXT(30),
  update_time DATETIME
);

-- The QGIS project, in the table where QGIS looks for one: facts as JSON, the zipped project in hexadecimal.
CREATE TABLE qgis_projects (
  name TEXT PRIMARY KEY,
  metadata BLOB,
  content BLOB
);

CREATE INDEX tree_no_index ON tree(tree_no);
-- All that the pages of a species and a division count: rows are long, and need not be read for it.
CREATE INDEX tree_species_index ON tree(
  species_id, jurisdiction, division_id, status, girth_cm, diameter_cm, height_m, crown_m, age_years,
  measure_height_m, stem_count, stem_girths, lon, lat, photo_count
);
CREATE INDEX tree_division_index ON tree(
  division_id, status, protection_grade, species_id, grove_no, distribution, age_years, girth_cm, designated_on,
  lon, lat, photo_count
);
CREATE INDEX tree_jurisdiction_index ON tree(jurisdiction);
CREATE INDEX tree_listing_index ON tree(listing);
CREATE INDEX tree_grade_index ON tree(protection_grade);
CREATE INDEX tree_vigour_index ON tree(vigour);
CREATE INDEX tree_source_index ON tree(source_id);
CREATE INDEX measurement_tree_index ON measurement(tree_uuid);
CREATE INDEX age_tree_index ON age(tree_uuid);
CREATE INDEX inspection_tree_index ON inspection(tree_uuid);
CREATE INDEX designation_tree_index ON designation(tree_uuid);
CREATE INDEX alias_number_index ON alias(number);
CREATE INDEX alias_tree_index ON alias(tree_uuid);
CREATE INDEX flag_tree_index ON flag(tree_uuid);
CREATE INDEX photo_tree_index ON photo(tree_uuid);
CREATE INDEX history_tree_index ON history(tree_uuid);
CREATE INDEX photo_area_index ON photo(area_uuid);
CREATE INDEX care_event_tree_index ON care_event(tree_uuid);
CREATE INDEX care_event_area_index ON care_event(area_uuid) WHERE area_uuid IS NOT NULL;
CREATE INDEX species_name_index ON species_name(species_id);
CREATE INDEX tag_grove_index ON tag(grove_uuid) WHERE grove_uuid IS NOT NULL;
CREATE INDEX grove_division_index ON grove(division_id);
CREATE INDEX garden_division_index ON garden(division_id);
CREATE INDEX place_division_index ON place(division_id);
CREATE INDEX element_division_index ON element(division_id);
CREATE INDEX tree_grove_index ON tree(grove_no) WHERE grove_no IS NOT NULL;
CREATE INDEX tree_garden_index ON tree(garden_no) WHERE garden_no IS NOT NULL;
CREATE INDEX tree_place_index ON tree(place_no) WHERE place_no IS NOT NULL;
CREATE INDEX tag_tree_index ON tag(tree_uuid);
CREATE INDEX record_link_from_index ON record_link(from_uuid);
CREATE INDEX record_link_to_index ON record_link(to_uuid);
CREATE INDEX zone_tree_index ON zone(tree_uuid);
CREATE INDEX zone_area_index ON zone(area_uuid);
CREATE INDEX zone_box_index ON zone(south, north, west, east);
CREATE INDEX division_parent_index ON division(parent_id);
CREATE INDEX story_subject_index ON story(subject_uuid);
CREATE INDEX story_text_index ON story_text(story_uuid);
CREATE INDEX walk_stop_walk_index ON walk_stop(walk_uuid);
CREATE INDEX walk_stop_subject_index ON walk_stop(subject_uuid);

-- Words of names, numbers, places and released texts (registry.rules.search_text); rowid is tree.fid.
CREATE VIRTUAL TABLE tree_search USING fts5(words, content='', columnsize=0, tokenize='ascii');

-- What else has a page: the search finds it beside the trees (registry/public_search.py).
CREATE TABLE found (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,                 -- species, division, grove, garden, place, element, story, walk
  path TEXT NOT NULL,                 -- of its page, from the root: /species/ginkgo-biloba
  name TEXT NOT NULL,
  name_lang TEXT NOT NULL,
  name_hant TEXT,                     -- of a species: its name where traditional characters are written
  name_en TEXT,
  name_latin TEXT,
  place TEXT,                         -- the division it lies in, as recorded
  jurisdiction TEXT,
  tree_count INTEGER                  -- trees, where it has any
);
CREATE VIRTUAL TABLE found_search USING fts5(words, content='', columnsize=0, tokenize='ascii');

-- How many trees each value of each facet has, over all trees of the edition (registry.rules.facets).
CREATE TABLE facet_count (
  facet TEXT NOT NULL,                -- species, division (as recorded), grade, age, girth …
  value TEXT NOT NULL,                -- an id, a code, a band (100-199), a year, unknown
  tree_count INTEGER NOT NULL,
  PRIMARY KEY (facet, value)
) WITHOUT ROWID;

-- The same values of each tree as numbers: whatever a search finds is counted within the time of one page.
CREATE TABLE facet_key (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,                 -- profile, species or division
  value TEXT NOT NULL                 -- JSON lists in the order of registry.rules.facets.PROFILE; an id
);
CREATE TABLE tree_facet (
  fid INTEGER PRIMARY KEY REFERENCES tree(fid),
  profile INTEGER NOT NULL REFERENCES facet_key(id),
  species INTEGER REFERENCES facet_key(id),
  division INTEGER REFERENCES facet_key(id)
);

-- Lists are narrowed and sorted without reading whole trees.
CREATE INDEX tree_facet_index ON tree(
  fid, jurisdiction, authority_id, species_id, division_id, protection_grade, age_years, girth_cm, diameter_cm,
  vigour, category, listings, status, photo_count, measured_on, last_inspected_on, height_m, designated_on
);

CREATE TABLE gpkg_spatial_ref_sys (
  srs_name TEXT NOT NULL,
  srs_id INTEGER PRIMARY KEY,
  organization TEXT NOT NULL,
  organization_coordsys_id INTEGER NOT NULL,
  definition TEXT NOT NULL,
  description TEXT
);
CREATE TABLE gpkg_contents (
  table_name TEXT NOT NULL PRIMARY KEY,
  data_type TEXT NOT NULL,
  identifier TEXT UNIQUE,
  description TEXT DEFAULT '',
  last_change DATETIME NOT NULL,
  min_x DOUBLE,
  min_y DOUBLE,
  max_x DOUBLE,
  max_y DOUBLE,
  srs_id INTEGER REFERENCES gpkg_spatial_ref_sys(srs_id)
);
CREATE TABLE gpkg_geometry_columns (
  table_name TEXT NOT NULL UNIQUE REFERENCES gpkg_contents(table_name),
  column_name TEXT NOT NULL,
  geometry_type_name TEXT NOT NULL,
  srs_id INTEGER NOT NULL REFERENCES gpkg_spatial_ref_sys(srs_id),
  z TINYINT NOT NULL,
  m TINYINT NOT NULL,
  PRIMARY KEY (table_name, column_name)
);
