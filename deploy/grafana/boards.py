"""What the dashboards show: panels with their questions to Prometheus, in words and units that need no legend."""

from dataclasses import dataclass

__all__ = ["BOARDS", "Board", "Panel"]

SCOPE = 'workspace=~"$workspace"'
QUEUE = 'workspace=~"$workspace", queue=~"$queue"'
SOON = "$__rate_interval"  # Grafana's: four scrapes, or a point of the picture; 5m shows new traffic 5 minutes late
SECONDS, SHARE, COUNT, RATE, BYTES = "s", "percentunit", "short", "ops", "bytes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One panel. ``questions``: (legend, PromQL); ``number``: shown as one figure instead of a line over time."""

    title: str
    description: str
    unit: str
    questions: tuple[tuple[str, str], ...]
    number: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """One dashboard; ``uid`` is also the name of its file and its picture."""

    uid: str
    title: str
    description: str
    panels: tuple[Panel, ...]
    by_queue: bool = False


def panel(title: str, description: str, unit: str, *questions: tuple[str, str]) -> Panel:
    """A panel of lines over time."""
    return Panel(title=title, description=description, unit=unit, questions=questions)


def number(title: str, description: str, unit: str, question: str) -> Panel:
    """A panel of one figure."""
    return Panel(title=title, description=description, unit=unit, questions=(("", question),), number=True)


def by(
    labels: str, metric: str, scope: str = SCOPE, *, how: str = "sum", span: str = "", each: str = ""
) -> tuple[str, str]:
    """A line for each value of the labels: its legend and its question. ``span``: the rate over it, not the value."""
    series = f"{metric}{{{scope}}}" if scope else metric
    series = f"rate({series}[{span}])" if span else series
    return " ".join(f"{{{{{label}}}}}" for label in labels.split(", ")), f"{how} by ({labels}) ({series}){each}"


def a_second(labels: str, metric: str, scope: str = SCOPE, *, span: str = SOON) -> tuple[str, str]:
    """A line for each value of the labels: how many a second."""
    return by(labels, metric, scope, span=span)


def a_minute(labels: str, metric: str, scope: str = SCOPE, *, span: str = "5m") -> tuple[str, str]:
    """A line for each value of the labels: how many a minute."""
    return by(labels, metric, scope, span=span, each=" * 60")


def grown(labels: str, total: str, span: str = "15m") -> str:
    """By how much a recorded total grew, counted as the rules count what they divide."""
    series = f"{total}{{{SCOPE}}}[{span}]"
    return f"sum by ({labels}) (last_over_time({series}) - min_over_time({series}))"


def quantile(share: float, histogram: str, *by: str) -> str:
    """The question for what so many of a histogram's values do not exceed, of the last 5 minutes; of none there is no
    answer, where Prometheus says NaN."""
    return f"histogram_quantile({share}, sum by ({', '.join((*by, 'le'))}) (rate({histogram}_bucket[5m]))) >= 0"


OVERVIEW = Board(
    uid="usher-overview",
    title="Usher: overview",
    description="What happens now, on one page.",
    panels=(
        number("Waiting", "Contacts that wait in any queue now.", COUNT, f"sum(usher_queue_waiting{{{SCOPE}}})"),
        number("Longest wait", "How long the customer has waited who waits longest.", SECONDS,
               f"max(usher_queue_oldest_wait_seconds{{{SCOPE}}})"),
        number("Past their target", "Contacts that wait and are late already.", COUNT,
               f"sum(usher_queue_overdue{{{SCOPE}}})"),
        number("Agents signed on", "Agents who are there, whatever they do.", COUNT, f"sum(usher_agents{{{SCOPE}}})"),
        panel("Contacts in", "New contacts a second, by channel.", RATE,
              a_second("channel", "usher_contacts_received_total")),
        panel("Contacts ended", "Contacts that ended, a second, by how.", RATE,
              a_second("outcome", "usher_contacts_ended_total")),
        panel("Live contacts", "Contacts by the state that they are in.", COUNT,
              by("state", "usher_contacts")),
        panel("First tier", "Where new contacts are sent first, a second.", RATE,
              a_second("tier", "usher_contacts_routed_total")),
        panel("Breaches", "Promises broken a minute, by kind.", COUNT,
              a_minute("kind", "usher:sla_breaches:total")),
        panel("Offers", "Offers to agents a second, by how they ended.", RATE,
              a_second("result", "usher_offers_total")),
    ),
)  # fmt: skip

SERVICE_LEVELS = Board(
    uid="usher-service-levels",
    title="Usher: service levels by queue",
    description="What was promised, and what was kept.",
    by_queue=True,
    panels=(
        panel("Promises missed", "Share of promises decided in 5 minutes that were missed.", SHARE,
              ("{{queue}} {{kind}}", f"usher:promises_missed:ratio5m{{{QUEUE}}}")),
        panel("Objective", "The share that the policy promises to keep.", SHARE,
              by("queue, kind", "usher_queue_objective", QUEUE, how="max")),
        panel("Service level", "Answered in time / (answered + abandoned), over an hour.", SHARE,
              ("{{queue}}", f"usher:service_level:offered{{{QUEUE}}}")),
        panel("Service level of answered", "Answered in time / answered, over an hour.", SHARE,
              ("{{queue}}", f"usher:service_level:answered_only{{{QUEUE}}}")),
        panel("Service level with who still waits", "Like the service level; who waits past the target is missed.",
              SHARE, ("{{queue}}", f"usher:service_level:with_overdue{{{QUEUE}}}")),
        panel("Waiting", "Contacts that wait, by queue.", COUNT,
              by("queue", "usher_queue_waiting", QUEUE)),
        panel("Longest wait", "How long who waits longest has waited.", SECONDS,
              by("queue", "usher_queue_oldest_wait_seconds", QUEUE, how="max")),
        panel("Past their target", "Contacts that wait and are late already.", COUNT,
              by("queue", "usher_queue_overdue", QUEUE)),
        panel("At risk", "Contacts that will probably not be answered in time.", COUNT,
              by("queue", "usher_contacts_at_risk", QUEUE)),
        panel("Wait of 9 in 10", "Nine of ten answered contacts waited no longer.", SECONDS,
              ("{{queue}}", "histogram_quantile(0.9, sum by (queue, le) (rate(usher:queue_wait_seconds:bucket"
               f'{{{QUEUE}, outcome="answered"}}[15m]))) >= 0')),
        panel("Abandoned", "Customers who gave up while waiting, a minute.", COUNT,
              ("{{queue}}", 'sum by (queue) (rate(usher:queue_wait_seconds:count'
               f'{{{QUEUE}, outcome="abandoned"}}[5m])) * 60')),
        panel("Moved", "Contacts transferred, requeued and overflowed, a minute.", COUNT,
              ("transferred", f"sum(rate(usher:transfers:total{{{QUEUE}}}[5m])) * 60"),
              ("requeued", f"sum(rate(usher:requeues:total{{{QUEUE}}}[5m])) * 60"),
              ("overflowed", f"sum(rate(usher:overflows:total{{{QUEUE}}}[5m])) * 60"),
              ("callbacks", f"sum(rate(usher:callbacks:total{{{QUEUE}}}[5m])) * 60")),
    ),
)  # fmt: skip

AGENTS = Board(
    uid="usher-agents",
    title="Usher: agents",
    description="Who is there, what they do, and how long it takes.",
    panels=(
        panel("Agents", "Agents signed on, by availability.", COUNT,
              by("availability", "usher_agents")),
        panel("Occupancy", "Share of the agents' units that is taken by offers, work and wrap-up.", SHARE,
              ("{{workspace}}", f"usher:occupancy:rate5m{{{SCOPE}}}")),
        panel("Time by state", "Agents in each state, averaged over 5 minutes.", COUNT,
              a_second("state, reason", "usher:agent_seconds:total", span="5m")),
        panel("Who could serve a queue", "Agents who have what a queue asks, by what keeps them.", COUNT,
              by("queue, state", "usher_queue_agents")),
        panel("Handle time", "Mean of talk and wrap-up, over an hour.", SECONDS,
              ("{{queue}}", f"usher:handle_seconds:mean1h{{{SCOPE}}}")),
        panel("Time by phase", "Mean time of contacts in each phase that they left in 15 minutes.", SECONDS,
              ("{{phase}}", f"{grown('phase', 'usher:phase_seconds:sum')}"
               f" / ({grown('phase', 'usher:phase_seconds:count')} > 0)")),
        panel("Offers not answered", "Offers that expired, a minute, by queue.", COUNT,
              a_minute("queue", "usher:non_responses:total")),
    ),
)  # fmt: skip

AUTOMATION = Board(
    uid="usher-automation",
    title="Usher: bots and self-service",
    description="What is settled without an agent.",
    panels=(
        panel("Outcomes", "How stays with self-service and bots ended, a second.", RATE,
              a_second("tier, outcome", "usher_automation_total")),
        panel("Containment", "Share of stays that settled the contact, over 15 minutes.", SHARE,
              ("{{tier}}", f'sum by (tier) (increase(usher_automation_total{{{SCOPE}, outcome="contained"}}[15m]))'
               f" / (sum by (tier) (increase(usher_automation_total{{{SCOPE}}}[15m])) > 0)")),
        panel("Deflection", "Share of new contacts that were not sent to an agent first.", SHARE,
              ("not to an agent", f'sum(rate(usher_contacts_routed_total{{{SCOPE}, tier!="agent"}}[15m]))'
               f" / (sum(rate(usher_contacts_routed_total{{{SCOPE}}}[15m])) > 0)")),
        panel("Clarifying questions", "Contacts that a bot asked what they mean, and where that led, a minute.", COUNT,
              a_minute("result", "usher_clarifications_total", span="15m")),
        panel("By intent", "Stays with self-service and bots, a minute, by intent.", COUNT,
              ("{{intent}}", f"topk(12, sum by (intent) (rate(usher_automation_total{{{SCOPE}}}[15m])) * 60)")),
    ),
)  # fmt: skip

JOURNEYS = Board(
    uid="usher-journeys",
    title="Usher: journeys and classification",
    description="What customers come with, whether they come again, and how sure the model is.",
    panels=(
        panel("Repeats", "Customers who come again within 7 days of a contact that was settled, a minute.", COUNT,
              a_minute("by", "usher_contacts_repeated_total", span="15m")),
        panel("First contact resolution", "Share of settled contacts after which the customer did not come again.",
              SHARE, ("{{workspace}}", f"usher:first_contact_resolution:ratio1d{{{SCOPE}}}")),
        panel("Intents", "Texts by the intent that the model finds likeliest, a minute.", COUNT,
              ("{{intent}}", "topk(12, sum by (intent) (rate(usher_model_intents_total[15m])) * 60)")),
        panel("Confidence", "Texts by the tenth of the model's confidence, a minute.", COUNT,
              a_minute("tenth", "usher_model_confidence_total", "", span="15m")),
        panel("Doubts", "Texts that the model was not sure of or does not know the like of, a minute.", COUNT,
              a_minute("why", "usher_model_doubts_total", "", span="15m")),
        panel("Languages", "New contacts by language, a minute.", COUNT,
              a_minute("language", "usher_languages_total", span="15m")),
        panel("Time to classify", "99 of 100 contacts are classified within this.", SECONDS,
              ("99 %", quantile(0.99, "usher_classify_seconds"))),
    ),
)  # fmt: skip

PIPELINE = Board(
    uid="usher-pipeline",
    title="Usher: pipeline",
    description="How the services themselves do.",
    panels=(
        panel("Age of records", "95 of 100 batches begin with a record no older than this.", SECONDS,
              ("{{service}}", quantile(0.95, "usher_event_age_seconds", "service"))),
        panel("Records not taken", "Lag by service.", COUNT,
              by("service", "usher_lag_records", "")),
        panel("Commits", "95 of 100 commits take no longer.", SECONDS,
              ("{{service}}", quantile(0.95, "usher_commit_seconds", "service"))),
        panel("Batches not published", "Committed batches that Kafka has not taken.", COUNT,
              by("service", "usher_outbox_backlog", "")),
        panel("Age of what is not published", "How long the oldest committed batch waits for Kafka.", SECONDS,
              by("service", "usher_outbox_age_seconds", "", how="max")),
        panel("Waits for a connection", "95 of 100 calls of the database have a connection within this.", SECONDS,
              ("{{service}}", quantile(0.95, "usher_pool_wait_seconds", "service"))),
        panel("Decisions", "99 of 100 matches take no longer.", SECONDS,
              ("99 %", quantile(0.99, "usher_decision_seconds"))),
        panel("Breaches decided", "How far behind now breaches are decided.", SECONDS,
              ("sla", "max(usher_sla_watermark_lag_seconds)")),
        panel("Dead letters", "Inputs refused, a minute, by reason.", COUNT,
              a_minute("reason", "usher_dead_letters_total", "")),
        panel("Requests", "Requests at the door a second, by path and status.", RATE,
              ("{{path}} {{status}}", f"sum by (path, status) (rate(usher_ingest_http_requests_total[{SOON}])) > 0")),
        panel("Time of requests", "95 of 100 requests are answered within this.", SECONDS,
              ("{{path}}", quantile(0.95, "usher_http_request_seconds", "path"))),
        panel("Faults met", "Passing faults that were tried again, fenced commits and rebalances, a minute.", COUNT,
              ("retries", "sum(rate(usher_retries_total[5m])) * 60"),
              ("fenced", "sum(rate(usher_fenced_commits_total[5m])) * 60"),
              ("rebalances", "sum(rate(usher_rebalances_total[5m])) * 60")),
        panel("CPU", "Cores that each process uses.", COUNT,
              ("{{instance}}", f'rate(process_cpu_seconds_total{{job="usher"}}[{SOON}])')),
        panel("Memory", "Memory of each process.", BYTES,
              ("{{instance}}", 'process_resident_memory_bytes{job="usher"}')),
    ),
)  # fmt: skip

BOARDS = (OVERVIEW, SERVICE_LEVELS, AGENTS, AUTOMATION, JOURNEYS, PIPELINE)
