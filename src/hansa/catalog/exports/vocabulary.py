"""The vocabularies that are written with, and the short names that DPROD's documents have for their words."""

from collections.abc import Mapping

PREFIXES: Mapping[str, str] = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "dprod": "https://ekgf.github.io/dprod/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
"""Of all words that any document uses; DCAT 3 (W3C Recommendation, 2024) and DPROD (EKGF, OMG errata 2) come first among them."""

SHORT: Mapping[str, str] = {
    **{
        f"dcat:{w}": w
        for w in (
            "Catalog",
            "DataService",
            "Dataset",
            "Distribution",
            "accessService",
            "accessURL",
            "dataset",
            "distribution",
            "downloadURL",
            "endpointDescription",
            "endpointURL",
            "keyword",
            "mediaType",
            "resource",
            "service",
            "version",
        )
    },
    **{f"dct:{w}": w for w in ("conformsTo", "description", "format", "hasPart", "identifier", "modified", "publisher", "title")},
    **{
        f"dprod:{w}": w
        for w in (
            "DataProduct",
            "DataProductLifecycleStatus",
            "InformationSensitivityClassification",
            "Protocol",
            "dataProductOwner",
            "domain",
            "informationSensitivityClassification",
            "inputDataset",
            "inputPort",
            "isAccessServiceOf",
            "isDistributionOf",
            "lifecycleStatus",
            "outputDataset",
            "outputPort",
            "protocol",
            "purpose",
        )
    },
    "rdfs:label": "label",
}
"""As DPROD's own JSON-LD context has them, so that a reader of its examples reads our documents."""
