"""Examples of every command, shown in its help; a test parses each."""

__all__ = ["EXAMPLES"]

EXAMPLES: dict[str, tuple[str, ...]] = {
    "up": ("usher up --detach", "usher up --policy my-policy.yaml --port 8080 --replicas router=2"),
    "down": ("usher down", "usher down --wipe --yes"),
    "demo": ("usher demo --seconds 60 --json", "usher demo --rate 20"),
    "ingest": ("usher ingest",),
    "router": ("usher router",),
    "sla": ("usher sla",),
    "migrate": ("usher migrate --wait 60", "usher migrate --check"),
    "topics": ("usher topics", "usher topics --check"),
    "acl": ("usher acl print", "usher acl print --sql"),
    "policy": (
        "usher policy check deploy/policies/sample.yaml",
        "usher policy apply my-policy.yaml",
        "usher policy diff acme my-policy.yaml",
        "usher policy rollback acme",
    ),
    "sources": ("usher sources check sources.yaml", "usher sources show"),
    "keys": ("usher keys add acme shop --may contacts", "usher keys list", "usher keys revoke acme shop"),
    "model": ("usher model show", "usher model reload acme models/mine"),
    "articles": ("usher articles load deploy/starter/articles", "usher articles list"),
    "train": ("usher train messages.csv --label intent --tiers tiers.csv --out models/mine",),
    "evaluate": ("usher evaluate models/mine heldout.csv --tiers tiers.csv --json",),
    "classify": ("usher classify 'My card was stolen'", "usher classify --model models/mine -"),
    "simulate": ("usher simulate deploy/scenarios/n.json --json",),
    "validate-event": ("usher validate-event docs/conformance/valid.jsonl",),
    "status": ("usher status", "usher status --json --url http://10.0.0.7:9100"),
    "logs": (
        "usher logs ff371479-afdd-5858-990d-23b53825d918",
        "usher logs ff371479-afdd-5858-990d-23b53825d918 --json router.log sla.log",
        "usher logs ff371479-afdd-5858-990d-23b53825d918 --follow -",
    ),
    "explain": ("usher explain ff371479-afdd-5858-990d-23b53825d918",),
    "report": ("usher report service-levels --from 24h --by queue,hour --csv", "usher report agents --from 7d"),
    "customer": ("usher customer show ana@example.com", "usher customer merge OLD_ID INTO_ID --reason 'same person'"),
    "forget": ("usher forget ana@example.com --dry-run", "usher forget ana@example.com --workspace acme"),
    "dlq": ("usher dlq list", "usher dlq replay --reason invalid"),
    "lane": ("usher lane show", "usher lane accept router 3"),
    "completion": ("usher completion bash > /etc/bash_completion.d/usher",),
}
