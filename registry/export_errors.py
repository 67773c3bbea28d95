"""Errors of what leaves the office: plates, files on paper, maps, tables, exchange. One family with
`registry.errors`."""

from registry.errors import RegistryError


class TableTemplateError(RegistryError):
    """An office's own workbook cannot be filled."""

    code = "table_template"
    template = "{path} cannot be filled: {reason}"


class WorkerLostError(RegistryError):
    """Work loses whatever process does it."""

    code = "worker_lost"
    template = (
        "the processes at work were ended {tries} times at the same place, perhaps for want of memory; "
        "what is made stays: run the command again with more"
    )


class ClusterExtraError(RegistryError):
    """The library for clusters is not installed."""

    code = "cluster_extra"
    template = "work on a cluster needs one more library: pip install 'gushu[cluster]'"


class ClusterUnreachableError(RegistryError):
    """There is no scheduler to give work to, or no longer."""

    code = "cluster_unreachable"
    template = (
        "no Dask scheduler answers at {address} ({reason}); what is made stays: start it and run the command "
        "again, or leave --cluster out to work on this machine"
    )


class ClusterWorkersError(RegistryError):
    """The workers of a scheduler cannot do this work."""

    code = "cluster_workers"
    template = (
        "the workers of {address} cannot do this work ({reason}); start workers that have the same Gushu "
        "installed: dask worker {address}"
    )


class FolderNotSharedError(RegistryError):
    """A worker wrote a file that is not to be seen here."""

    code = "folder_not_shared"
    template = (
        "a worker wrote {path}, but it is not here; "
        "name a folder that every machine of the cluster has at the same path"
    )


class FolderBusyError(RegistryError):
    """Another export is at work in the folder."""

    code = "folder_busy"
    template = "another export is writing into {path}; wait until it is done, or name another folder"


class TagKeyUnknownError(RegistryError):
    """The register has no tag key of this name."""

    code = "tag_key_unknown"
    template = "there is no tag key {key}; known are: {known}"


class TagSignedTooFineError(RegistryError):
    """A signed code would be too fine for a plate of this size."""

    code = "tag_signed_too_fine"
    template = (
        "on this plate the signed code of {tree_no} would have modules of {module_mm} mm, finer than "
        "{least_mm} mm; take a larger plate, or leave --signed out"
    )


class TagBatchUnknownError(RegistryError):
    """No tag was printed in a batch of this name."""

    code = "tag_batch_unknown"
    template = "no tag belongs to a batch called {batch}; `gushu tags batches` lists them"


class TagBatchRaceError(RegistryError):
    """Somebody else printed some of the same tags in the meantime."""

    code = "tag_batch_race"
    template = "{count} of these tags were printed in another batch just now; run the command again"


class TagsNothingToPrintError(RegistryError):
    """Every tag that was asked for has been printed in another batch."""

    code = "tags_nothing_to_print"
    template = (
        "all {count} tags were printed in other batches already ({batches}); give the name of that batch, or "
        "--reprint with a reason"
    )


class TableLayoutError(RegistryError):
    """A layout of a table cannot be used as it is."""

    code = "table_layout_wrong"
    template = "the table layout {file} is wrong at {key}: {reason}"


class TableUnknownError(RegistryError):
    """No table has this name."""

    code = "table_unknown"
    template = "there is no table {name}; there are {known}"


class TableMapError(RegistryError):
    """What is to be filled into a workbook is not said rightly."""

    code = "table_map_wrong"
    template = "{file} is wrong at {key}: {reason}"


class LegalFileRulesError(RegistryError):
    """The list of the parts of a legal file cannot be read."""

    code = "legal_file_rules"
    template = "{path} cannot be read at {key}: {reason}"


class PrintMapFullError(RegistryError):
    """More trees than one map on paper can be made of."""

    code = "print_map_full"
    template = (
        "{count} trees are too many for one printed map (at most {limit}); choose some with --where, such as "
        "--where division=…"
    )


class MapEmptyError(RegistryError):
    """A map on paper of trees none of which has a position."""

    code = "map_empty"
    template = (
        "none of the {count} trees chosen has a position that can be shown: there is nothing to draw; "
        "choose others with --where"
    )


class MapTooWideError(RegistryError):
    """Places too far apart for one map true to scale."""

    code = "map_too_wide"
    template = (
        "the trees lie up to {km} km apart, too far for one map that is true to scale; make one map for each "
        "place: {choices}"
    )


class MapScaleError(RegistryError):
    """The ground does not fit on the page at the scale asked for."""

    code = "map_scale"
    template = (
        "at 1:{scale} the map needs {width} × {height} mm of paper, the page has room for {page_width} × "
        "{page_height} mm; take --sheets (sheets: {sheets}), --scale {fitting}, or a larger --page"
    )


class TooManySheetsError(RegistryError):
    """A series of more sheets than anybody would print."""

    code = "too_many_sheets"
    template = (
        "at 1:{scale} the series would have more than {limit} sheets; take a smaller scale, a larger --page, "
        "or fewer trees with --where"
    )


class PictureTooLargeError(RegistryError):
    """A picture of more pixels than programs open."""

    code = "picture_too_large"
    template = (
        "at {dpi} dpi the picture would have {megapixels} megapixels (at most {limit}); take --dpi "
        "{fitting}, a smaller --page, or PDF, which is sharp at any size"
    )


class PlateTemplateError(RegistryError):
    """A plate template cannot be used as it is."""

    code = "plate_template_wrong"
    template = "the plate template {file} is wrong at {key}: {reason}"


class PlateTemplateMissingError(RegistryError):
    """No plate template has this id."""

    code = "plate_template_missing"
    template = "there is no plate template {template}; there are {known}"


class PlateGridError(RegistryError):
    """Plates do not fit on a sheet as they were asked for."""

    code = "plate_grid"
    template = "{columns} × {rows} plates of {plate} mm do not fit on a sheet of {page} mm: {reason}"


class EngraverExtraError(RegistryError):
    """The library that writes DXF is not installed."""

    code = "engraver_extra"
    template = "DXF files need one more library: pip install 'gushu[gis]'"


class RecordsFileError(RegistryError):
    """A file of records cannot be taken in; nothing of it was."""

    code = "records_file"
    template = "{path}: {reason}"


class RecordsClashError(RegistryError):
    """Records of a file are in the register already, and otherwise."""

    code = "records_clash"
    template = (
        "{path}: {count} of its records are in the register already and say something else: {records}; such "
        "a file brings records in and changes none"
    )


class TableTooLongError(RegistryError):
    """A table is longer than a file of this kind may be."""

    code = "table_too_long"
    template = (
        "{table} is too long for such a file: write .xlsx or CSV, or one division at a time with --division"
    )


class NoTagSeenError(RegistryError):
    """No QR code can be read in a picture or PDF of a tag."""

    code = "no_tag_seen"
    template = (
        "no QR code can be read in {path}; take the picture straight from the front without glare, or type "
        "the text beside the code"
    )


class TableSumsError(RegistryError):
    """A table does not add up to what the register counts."""

    code = "table_sums"
    template = (
        "{table} does not add up: its rows hold {counted}, the register {registered}; somebody may have "
        "changed the register meanwhile: run the command again"
    )


class DocumentUnreadableError(RegistryError):
    """A file is no PDF that can be read."""

    code = "document_unreadable"
    template = "{path} cannot be read as a PDF: {reason}"


class NotProvedError(RegistryError):
    """A PDF carries no proof that it comes from a register."""

    code = "document_not_proved"
    template = "{path} carries no proof: no register made it, or its attachments were taken out"


class DocumentNotGenuineError(RegistryError):
    """A document does not hold what its proof says."""

    code = "document_not_genuine"
    template = "{path} is not genuine as it is: {first}"


class LicenceChoiceError(RegistryError):
    """What was chosen is under several licences, and an archive is under one."""

    code = "licence_choice"
    template = "the trees chosen are under several licences: {licences}; choose one with --licence"
