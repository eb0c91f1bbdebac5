"""Forms of the import's pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from aftersales.core.actor import Actor
from aftersales.core.errors import InputRefused
from aftersales.exchange import queries
from aftersales.exchange.choices import ImportKind
from aftersales.exchange.kinds import kind_named
from aftersales.exchange.mapping import LARGEST_MAPPING_BYTES, MappingFile, read_mapping
from aftersales.exchange.models import ImportJob
from aftersales.exchange.values import strptime_form
from aftersales.network.models import Station
from aftersales.web import fields


class UploadForm(forms.Form):
    """A file, what it holds, and where it belongs."""

    kind = forms.ChoiceField(label=_("What the file holds"), choices=ImportKind.choices)
    station = forms.ModelChoiceField(label=_("Station"), queryset=Station.objects.none(), empty_label=None)
    file = forms.FileField(
        label=_("File"),
        help_text=_("xlsx, xls or csv (UTF-8 or GB18030), also packed with gzip; at most 40 MB and 200,000 rows."),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.csv,.gz,.txt"}),
    )
    mapping = forms.FileField(
        label=_("Mapping file"),
        required=False,
        allow_empty_file=True,
        help_text=_("Only for files with headings of their own: says which column is what."),
        widget=forms.FileInput(attrs={"accept": ".toml"}),
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        allowed = {str(kind.name) for kind in queries.kinds_for(actor)}
        kinds, station = self.fields["kind"], self.fields["station"]
        assert isinstance(kinds, forms.ChoiceField)
        assert isinstance(station, forms.ModelChoiceField)
        kinds.choices = [(value, label) for value, label in ImportKind.choices if value in allowed]
        station.queryset = queries.stations_for(actor)
        if actor.home_station_id is not None:
            station.initial = actor.home_station_id

    def clean_mapping(self) -> MappingFile | None:
        """Read the mapping file, if one came along."""
        upload = self.cleaned_data.get("mapping")
        if not upload:
            return None
        try:
            text = upload.read(LARGEST_MAPPING_BYTES + 1).decode("utf-8-sig")
            return read_mapping(text)
        except UnicodeDecodeError:
            raise forms.ValidationError(_("The mapping file is not written in UTF-8."), code="encoding") from None
        except InputRefused as refusal:
            raise forms.ValidationError(str(refusal.sentence), code=refusal.code) from None


class ColumnsForm(forms.Form):
    """For each of our columns, the column of the file; recognised ones are chosen already."""

    def __init__(self, *args: Any, job: ImportJob, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        headings = [(str(place), f"{place + 1} · {heading or '—'}") for place, heading in enumerate(job.headings)]
        chosen = job.mapping.get("columns", {})
        for column in kind_named(job.kind).columns:
            self.fields[f"column_{column.name}"] = forms.TypedChoiceField(
                label=f"{column.zh} / {column.en}" + (" *" if column.is_required else ""),
                choices=[("", _("not in the file")), *headings],
                coerce=int,
                empty_value=None,
                required=False,
                initial=str(chosen[column.name]) if column.name in chosen else "",
            )
        self.fields["date_format"] = fields.CharField(
            label=_("How days are written"),
            required=False,
            max_length=20,
            initial=job.mapping.get("date_format", ""),
            placeholder="DD-MM-YY",
            help_text=_("Only when it is not year, month, day: for example DD-MM-YY."),
        )

    def clean_date_format(self) -> str:
        """A form of days names day, month and year once each."""
        written = str(self.cleaned_data.get("date_format") or "").strip()
        if written:
            try:
                strptime_form(written)
            except ValueError:
                raise forms.ValidationError(_("Write it with DD, MM and YY or YYYY, for example DD-MM-YY.")) from None
        return written

    def columns(self) -> dict[str, int]:
        """Return {our column: place in the file} as chosen."""
        return {
            name.removeprefix("column_"): place
            for name, place in self.cleaned_data.items()
            if name.startswith("column_") and place is not None
        }
