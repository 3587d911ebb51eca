"""What accounts are told when their imports and exports end."""

from handler.jobs import Seen
from handler.notifications import Kind, Words, end_words, words_for
from handler.transfers.schemas import Export, Import

IMPORT_FINISHED = Kind("import_finished")
EXPORT_FINISHED = Kind("export_finished")


def _of_import(job: Seen) -> Words:
    if not job.result:
        return end_words("Your import", job)
    counts = f"{job.result['imported']} of {job.result['rows']} rows were imported."
    return end_words("Your import", job, counts, file_id=job.result["report"]["file_id"])


def _of_export(job: Seen) -> Words:
    if not job.result:
        return end_words("Your export", job)
    counts = f"Its file has {job.result['rows']} rows."
    return end_words("Your export", job, counts, file_id=job.result["file_id"])


words_for(Import, IMPORT_FINISHED, _of_import)
words_for(Export, EXPORT_FINISHED, _of_export)
