"""What documents are about that carry a proof: the words for `proof_records.KINDS`."""

from registry.vocab.labels import Label

DOCUMENTS: dict[str, Label] = {
    "tree": Label("古树", "tree"),
    "grove": Label("古树群", "grove"),
    "garden": Label("历史名园", "heritage garden"),
    "place": Label("地点", "place"),
    "element": Label("历史景观要素", "landmark element"),
    "booklet": Label("多株树的档案汇编", "booklet of several trees"),
    "strategy": Label("一树一策方案", "strategy"),
    "opinion": Label("保护范围核查意见", "opinion on a footprint"),
    "letter": Label("养护责任书", "care letter"),
    "list": Label("保护名录", "protection list"),
}
