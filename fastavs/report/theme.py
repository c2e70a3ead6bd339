"""Colours of the report: one name each, a light and a dark value, safe for the colour-blind.

The hues are those of Okabe and Ito, darkened on light paper and lightened on dark until small text in them has a
contrast of at least 4.5 to 1. Rates on the heat map go through cividis, from the colour of the paper outwards, so that
high rates stand out in either mode.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Colour:
    """A colour on light and on dark paper, as #rrggbb."""

    light: str
    dark: str


COLOURS = {
    "paper": Colour("#ffffff", "#15181c"),
    "ink": Colour("#1b1f24", "#e8eaed"),
    "muted": Colour("#57606a", "#a6aeb8"),
    "grid": Colour("#dfe3e8", "#343b44"),
    "faint": Colour("#f2f4f6", "#20252b"),
    "before": Colour("#8a939d", "#7d8794"),
    "blue": Colour("#0064a3", "#62bbf2"),
    "orange": Colour("#b14a00", "#f59c4f"),
    "green": Colour("#007657", "#35c99f"),
    "blue_soft": Colour("#cde1f0", "#1c3c53"),
    "orange_soft": Colour("#f4dcc6", "#4d3219"),
    "band0": Colour("#fdf3c1", "#0d2547"),
    "band1": Colour("#ecd96a", "#22386a"),
    "band2": Colour("#cbba69", "#44506b"),
    "band3": Colour("#a89e74", "#666970"),
    "band4": Colour("#918e82", "#908d80"),
    "band5": Colour("#666971", "#a89e75"),
    "band6": Colour("#43506c", "#cbba68"),
    "band7": Colour("#0a2a5c", "#fee838"),
    "on_low": Colour("#1b1f25", "#e8eaec"),
    "on_middle": Colour("#1b1f26", "#1b1f22"),
    "on_high": Colour("#fffffe", "#1b1f23"),
}
"""Every colour that a figure may have. The light values are all different: they stand for the names while drawing."""

BANDS = (0.025, 0.05, 0.075, 0.10, 0.15, 0.20, 0.30)
"""Upper ends (fractions) of the heat map's bands; the last band is open."""

NAME_OF = {colour.light: name for name, colour in COLOURS.items()}


def light(name: str) -> str:
    """Return a colour's light value."""
    return COLOURS[name].light


def variables(dark: bool) -> str:
    """Return the colours as CSS variables.

    Examples
    --------
    >>> variables(dark=False)[:16]
    '--paper:#ffffff;'
    """
    return "".join(f"--{_css(name)}:{one.dark if dark else one.light};" for name, one in COLOURS.items())


def classes() -> str:
    """Return the CSS that gives the parts of a figure within the page their colours."""
    return "".join(
        f".f-{_css(name)}{{fill:var(--{_css(name)})}}.s-{_css(name)}{{stroke:var(--{_css(name)})}}" for name in COLOURS
    )


def dark_rules(used: set[str]) -> str:
    """Return the CSS that turns a figure on its own dark; `used` are the classes that occur in it."""
    rules = []
    for name, colour in COLOURS.items():
        for letter, attribute in (("f", "fill"), ("s", "stroke")):
            if fill_class(name, letter) in used:
                rules.append(f".{fill_class(name, letter)}{{{attribute}:{colour.dark}}}")
    return "@media screen and (prefers-color-scheme:dark){" + "".join(rules) + "}"


def fill_class(name: str, letter: str) -> str:
    """Return the class of a fill ("f") or a stroke ("s")."""
    return f"{letter}-{_css(name)}"


def _css(name: str) -> str:
    return name.replace("_", "-")
