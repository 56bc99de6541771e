"""Small drawings beside words: 16 by 16, drawn in the colour of the text, and never alone."""

from collections.abc import Mapping

from markupsafe import Markup

_PATHS: Mapping[str, str] = {
    "check": "M3 8.5l3.2 3.2L13 4.8",
    "cross": "M4 4l8 8M12 4l-8 8",
    "warn": "M8 2.5L14.5 13.5h-13zM8 6.5v3.2M8 11.7v.1",
    "pause": "M5.5 3.5v9M10.5 3.5v9",
    "clock": "M8 2.2a5.8 5.8 0 100 11.6A5.8 5.8 0 008 2.2zM8 5v3.2l2.2 1.4",
    "unknown": "M5.8 6a2.2 2.2 0 113.3 1.9c-.8.5-1.1.9-1.1 1.8M8 12v.1",
    "search": "M7 2.5a4.5 4.5 0 100 9 4.5 4.5 0 000-9zM10.4 10.4L14 14",
    "product": "M8 1.8l5.5 3v6.4l-5.5 3-5.5-3V4.8zM2.5 4.8L8 7.9l5.5-3.1M8 7.9v6.3",
    "domain": "M2.5 13.5v-7L8 2.5l5.5 4v7zM6.2 13.5V9.4h3.6v4.1",
    "port": "M2 8h8M7 4.8L10.2 8 7 11.2M13.5 3v10",
    "column": "M3 3h10v10H3zM6.4 3v10M9.7 3v10",
    "term": "M3.5 2.5h7a2 2 0 012 2v9h-7a2 2 0 01-2-2zM3.5 11.5a2 2 0 012-2h7",
    "use-case": "M8 2.5a2.6 2.6 0 100 5.2 2.6 2.6 0 000-5.2zM2.8 13.8c.4-3 2.4-4.5 5.2-4.5s4.8 1.5 5.2 4.5",
    "source": "M3 4c0-2 10-2 10 0v8c0 2-10 2-10 0zM3 4c0 2 10 2 10 0M3 8c0 2 10 2 10 0",
    "team": "M6 3a2.2 2.2 0 100 4.4A2.2 2.2 0 006 3zM1.8 13q.5-4 4.2-4t4.2 4M10.5 3.4a2 2 0 010 3.7M12 9.5q2 .8 2 3.5",
    "eye": "M1.5 8S4 3.8 8 3.8 14.5 8 14.5 8 12 12.2 8 12.2 1.5 8 1.5 8zM8 6.2a1.8 1.8 0 100 3.6 1.8 1.8 0 000-3.6z",
    "mask": "M1.5 8S4 3.8 8 3.8 14.5 8 14.5 8 12 12.2 8 12.2 1.5 8 1.5 8zM3 13L13 3",
    "lock": "M4 7.5h8v6H4zM5.5 7.5V5.2a2.5 2.5 0 015 0v2.3",
    "key": "M5.5 7.2a2.8 2.8 0 100 5.6 2.8 2.8 0 000-5.6zM7.6 8.1L13.2 2.5M11 4.7l2 2",
    "tag": "M2.5 2.5h5l6 6-5 5-6-6zM5.2 5.2v.1",
    "star": "M8 2.2l1.8 3.7 4 .6-2.9 2.8.7 4L8 11.4l-3.6 1.9.7-4L2.2 6.5l4-.6z",
    "theme": "M8 2.2a5.8 5.8 0 100 11.6zM8 2.2a5.8 5.8 0 010 11.6",
    "out": "M6.5 2.5h-4v11h4M10 4.8L13.2 8 10 11.2M13 8H6",
    "arrow": "M3 8h10M9.5 4.5L13 8l-3.5 3.5",
    "copy": "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3",
}  # fmt: skip


def icon(name: str) -> Markup:
    return Markup('<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d="{}"/></svg>').format(_PATHS[name])
