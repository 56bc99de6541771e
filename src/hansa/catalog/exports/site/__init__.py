"""The catalogue as a static site: pages for people, an index for the search in their browser, cards for programs.

Promises: only what an audience may know of; no rows and nothing of who reads; the same bytes for the same mesh; relative links
alone, so that any web server can serve it from any folder; one file at a time, however many products there are. A folder that was
not made here is never written to, and a file is there as a whole or not at all.
Does not: load the library that renders Markdown or the sheet of styles (a `Look` brings them), or ask who somebody is.
"""

from hansa.catalog.exports.site.building import site
from hansa.catalog.exports.site.files import SiteFile, safe
from hansa.catalog.exports.site.keeping import Kept, keep
from hansa.catalog.exports.site.recorded import past, standing
from hansa.catalog.exports.site.seeing import Audience, Look, Seen, seen_by

__all__ = ["Audience", "Kept", "Look", "Seen", "SiteFile", "keep", "past", "safe", "seen_by", "site", "standing"]
