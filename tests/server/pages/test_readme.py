"""Markdown of other people is shown, and does nothing."""

import re

import pytest

from hansa.server.pages.readme import safe_url, shown


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](&#106;avascript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "[x](vbscript:x)",
        "<javascript:alert(1)>",
        "![x](https://evil.example/pixel.png)",
        '[x](https://a.example "onmouseover=alert(1)")',
        '[x](https://a.example/"onmouseover="alert(1))',
        "[x]: javascript:alert(1)\n\n[x]",
        "```html\n<script>alert(1)</script>\n```",
        "|a|\n|:-:|\n|<b onclick=x>|",
        "# <svg/onload=alert(1)>\n\n## <svg/onload=alert(1)>",
    ],
)
def test_nothing_of_it_runs_or_fetches(text: str) -> None:
    html = str(shown(text)).lower()
    for tag in ("<script", "<img", "<svg", "<iframe", "<b "):
        assert tag not in html
    hrefs = re.findall(r'href="([^"]*)"', html)
    assert all(h.startswith("https://a.example") for h in hrefs), hrefs
    assert 'src="' not in html
    assert " style=" not in html
    assert ' onmouseover="' not in html


def test_it_is_shown_as_it_is_meant() -> None:
    html = str(
        shown(
            "# Title\n\nSome *text* with `code`.\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n\n<mailto:a@b.example> [x](https://a.example)"
        )
    )
    assert "Title" not in html
    assert "<em>text</em>" in html
    assert '<td class="number">2</td>' in html
    assert '<a href="https://a.example" rel="noopener noreferrer nofollow">x</a>' in html
    assert 'href="mailto:a@b.example"' in html


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://a.example/x", True), ("http://a.example", True), ("mailto:a@b.example", True), ("#part", True),
        ("docs/x.md", True), ("http://[", False),
        ("javascript:alert(1)", False), ("java\nscript:x", False), ("//evil.example", False), ("\\\\evil.example", False),
        ("data:text/html,x", False), ("file:///etc/passwd", False), ("https://a.example/\u202egnp.exe", False),
    ],
)  # fmt: skip
def test_an_address_is_safe_or_none(url: str, safe: bool) -> None:
    assert bool(safe_url(url)) is safe
