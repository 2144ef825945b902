"""Sheets of paper as rows. The lines of before, entered once and under a typed name, become agreed sheets of ten lines."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

OF_A_SHEET = 10


def carry(apps, schema_editor):
    Sheet, Printing, PaperLine = (apps.get_model("petitions", name) for name in ("Sheet", "Printing", "PaperLine"))
    printings, sheets = {}, {}
    for row in list(PaperLine.objects.order_by("petition", "typed", "line")):
        part = (row.line - 1) // OF_A_SHEET
        if row.petition_id not in printings:
            printings[row.petition_id] = Printing.objects.create(
                petition_id=row.petition_id, by_id=row.agent_id, at=row.entered_at
            )
        key = (row.petition_id, row.typed, part)
        if key not in sheets:
            sheets[key] = Sheet.objects.create(
                petition_id=row.petition_id,
                printing=printings[row.petition_id],
                place=len(sheets) + 1,
                code=f"{len(sheets):08d}",
                state="agreed",
                lines=OF_A_SHEET,
                received_at=row.entered_at,
                received_by_id=row.agent_id,
                agreed_at=row.entered_at,
            )
        row.sheet, row.line = sheets[key], row.line - part * OF_A_SHEET
        row.save()
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # the tables are changed again in this transaction


class Migration(migrations.Migration):
    dependencies = [
        ("petitions", "0001_initial"),
        ("roll", "0003_roles"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Printing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("large", models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name="ReadLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("line", models.PositiveSmallIntegerField()),
                ("refusal", models.CharField(blank=True, default="", max_length=20)),
                ("legal", models.BooleanField(default=False)),
                ("read_at", models.DateTimeField()),
                ("replaced_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["line", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Sheet",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("place", models.PositiveSmallIntegerField()),
                ("code", models.CharField(max_length=8, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("printed", "Printed"),
                            ("received", "Received"),
                            ("entered", "Entered"),
                            ("differs", "Differs"),
                            ("agreed", "Agreed"),
                            ("lost", "Lost"),
                            ("refused", "Refused"),
                        ],
                        default="printed",
                        max_length=10,
                    ),
                ),
                ("received_at", models.DateTimeField(null=True)),
                ("lines", models.PositiveSmallIntegerField(null=True)),
                ("agreed_at", models.DateTimeField(null=True)),
                (
                    "refusal",
                    models.CharField(
                        blank=True,
                        choices=[("altered", "Altered"), ("copied", "Copied"), ("unreadable", "Unreadable")],
                        default="",
                        max_length=20,
                    ),
                ),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["printing", "place"],
            },
        ),
        migrations.CreateModel(
            name="SheetReading",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("round", models.PositiveSmallIntegerField()),
                ("begun_at", models.DateTimeField()),
                ("done_at", models.DateTimeField(null=True)),
                ("lookups", models.PositiveIntegerField(default=0)),
            ],
            options={
                "ordering": ["round"],
            },
        ),
        migrations.CreateModel(
            name="SheetScan",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("file", models.CharField(blank=True, max_length=40)),
                ("fingerprint", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
                ("removed_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="paperline",
            name="paper_line_once",
        ),
        migrations.AlterField(
            model_name="paperline",
            name="refusal",
            field=models.CharField(
                blank=True,
                choices=[
                    ("not_on_roll", "Not On Roll"),
                    ("already_signed", "Already Signed"),
                    ("illegible", "Illegible"),
                    ("too_young", "Too Young"),
                    ("ambiguous", "Ambiguous"),
                    ("withdrawn", "Withdrawn"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddField(
            model_name="printing",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="printing",
            name="petition",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="printings", to="petitions.petition"
            ),
        ),
        migrations.AddField(
            model_name="readline",
            name="person",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="roll.person"
            ),
        ),
        migrations.AddField(
            model_name="sheet",
            name="ended_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="sheet",
            name="petition",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="sheets", to="petitions.petition"
            ),
        ),
        migrations.AddField(
            model_name="sheet",
            name="printing",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="sheets", to="petitions.printing"
            ),
        ),
        migrations.AddField(
            model_name="sheet",
            name="received_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="sheetreading",
            name="agent",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="sheetreading",
            name="sheet",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="readings", to="petitions.sheet"
            ),
        ),
        migrations.AddField(
            model_name="readline",
            name="reading",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="petitions.sheetreading"
            ),
        ),
        migrations.AddField(
            model_name="sheetscan",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="sheetscan",
            name="sheet",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="scans", to="petitions.sheet"
            ),
        ),
        migrations.AddIndex(
            model_name="sheet",
            index=models.Index(fields=["petition", "state"], name="sheet_by_state"),
        ),
        migrations.AddConstraint(
            model_name="sheet",
            constraint=models.UniqueConstraint(fields=("printing", "place"), name="sheet_once_a_printing"),
        ),
        migrations.AddConstraint(
            model_name="sheet",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("lines", None), ("received_at", None), ("received_by", None)),
                    models.Q(("lines__range", (1, 10)), ("received_at__isnull", False), ("received_by__isnull", False)),
                    _connector="OR",
                ),
                name="sheet_received_with_its_lines",
            ),
        ),
        migrations.AddConstraint(
            model_name="sheet",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("agreed_at", None),
                        ("ended_at", None),
                        ("ended_by", None),
                        ("lines", None),
                        ("refusal", ""),
                        ("state", "printed"),
                    ),
                    models.Q(
                        ("agreed_at", None),
                        ("ended_at", None),
                        ("ended_by", None),
                        ("lines__isnull", False),
                        ("refusal", ""),
                        ("state__in", ["received", "entered", "differs"]),
                    ),
                    models.Q(
                        ("agreed_at__isnull", False),
                        ("ended_at", None),
                        ("lines__isnull", False),
                        ("refusal", ""),
                        ("state", "agreed"),
                    ),
                    models.Q(
                        ("agreed_at", None),
                        ("ended_at__isnull", False),
                        ("ended_by__isnull", False),
                        ("refusal", ""),
                        ("state", "lost"),
                    ),
                    models.Q(
                        ("agreed_at", None),
                        ("ended_at__isnull", False),
                        ("ended_by__isnull", False),
                        ("state", "refused"),
                        models.Q(("refusal", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="sheet_state_is_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="sheetreading",
            constraint=models.UniqueConstraint(fields=("sheet", "round"), name="sheet_read_once_a_round"),
        ),
        migrations.AddConstraint(
            model_name="sheetreading",
            constraint=models.UniqueConstraint(fields=("sheet", "agent"), name="an_agent_reads_a_sheet_once"),
        ),
        migrations.AddConstraint(
            model_name="sheetreading",
            constraint=models.CheckConstraint(condition=models.Q(("round__gte", 1)), name="rounds_begin_at_one"),
        ),
        migrations.AddConstraint(
            model_name="readline",
            constraint=models.UniqueConstraint(
                condition=models.Q(("replaced_at", None)),
                fields=("reading", "line"),
                name="one_standing_reading_of_a_line",
            ),
        ),
        migrations.AddConstraint(
            model_name="readline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("person__isnull", False), ("refusal", "")),
                    models.Q(("legal", False), ("person", None), models.Q(("refusal", ""), _negated=True)),
                    _connector="OR",
                ),
                name="read_line_names_somebody_or_says_why_not",
            ),
        ),
        migrations.AddConstraint(
            model_name="readline",
            constraint=models.CheckConstraint(
                condition=models.Q(("line__range", (1, 10))), name="read_line_is_on_the_sheet"
            ),
        ),
        migrations.AddConstraint(
            model_name="sheetscan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("removed_at", None), models.Q(("file", ""), _negated=True)),
                    models.Q(("file", ""), ("removed_at__isnull", False)),
                    _connector="OR",
                ),
                name="scan_has_its_file_until_removed",
            ),
        ),
        migrations.RenameField(model_name="paperline", old_name="sheet", new_name="typed"),
        migrations.AddField(
            model_name="paperline",
            name="sheet",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="paper_lines",
                to="petitions.sheet",
            ),
        ),
        migrations.RunPython(carry, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="paperline",
            name="sheet",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="paper_lines", to="petitions.sheet"
            ),
        ),
        migrations.RemoveField(model_name="paperline", name="typed"),
        migrations.AddConstraint(
            model_name="paperline",
            constraint=models.UniqueConstraint(fields=("sheet", "line"), name="paper_line_once"),
        ),
    ]
