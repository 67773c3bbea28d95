"""`gushu fields`: the field dictionary."""

import typer

from registry.cli.app import Office, _, app
from registry.dictionary import dictionary, markdown
from registry.vocab.words import WORDS


@app.command(
    "fields", help=_("Show the field dictionary: every column, its unit and words, and who may see it.")
)
def fields(ctx: typer.Context) -> None:
    """Print the dictionary as Markdown, or as JSON."""
    office: Office = ctx.obj
    for line in markdown(office.t):
        office.say(line)
    office.answer(
        {
            table.name: {
                column.name: {
                    "zh": column.label.zh,
                    "en": column.label.en,
                    "kind": column.kind,
                    "unit": column.unit,
                    "required": column.is_required,
                    "words": {value: label._asdict() for value, label in WORDS[column.words].items()}
                    if column.words
                    else None,
                    "refers_to": column.refers_to,
                    "forms": column.forms,
                    "public": column.visibility.value,
                }
                for column in table.columns
            }
            for table in dictionary()
        }
    )
