"""The dashboard's URLs, relative to where it is mounted."""

from django.conf import settings
from django.urls import URLPattern, include, path, register_converter

from absurd_dashboard.links import AT
from absurd_dashboard.tilde import TildeConverter
from absurd_dashboard.views import (
    actions,
    audit,
    bulk,
    charts,
    design,
    emit,
    events,
    failures,
    health,
    maintenance,
    metrics,
    overview,
    palette,
    queue_create,
    queues,
    saved_view_forms,
    saved_views,
    search,
    spawn,
    task_list,
    tasks,
    tune,
    workers,
    workflows,
)

register_converter(TildeConverter, "tilde")
design_pages = [path("_design/", design.design, name="design")]

app_name = "absurd_dashboard"
pages = [
    path("", overview.overview, name="overview"),
    path("attention/", overview.attention, name="attention"),
    path("queues/", queues.queues, name="queues"),
    path("queues/<tilde:queue>/", queues.queue, name="queue"),
    path("queues/<tilde:queue>/maintenance/", maintenance.page, name="maintenance"),
    path("queues/<tilde:queue>/policy/", maintenance.change_policy, name="queue_policy"),
    path("queues/<tilde:queue>/cleanup/", maintenance.cleanup, name="queue_cleanup"),
    path("queues/<tilde:queue>/partitions/", maintenance.partitions, name="queue_partitions"),
    path("queues/<tilde:queue>/detach/", maintenance.detach, name="queue_detach"),
    path("queues/<tilde:queue>/cron/", maintenance.cron, name="queue_cron"),
    path("queues/<tilde:queue>/drop/", maintenance.drop, name="queue_drop"),
    path("tasks/", task_list.tasks, name="tasks"),
    path("tasks/complete/", search.complete, name="complete"),
    path("tasks/counts/", task_list.counts, name="task_counts"),
    path("tasks/<uuid:task_id>/", tasks.task, name="task"),
    path("tasks/<uuid:task_id>/params/", tasks.payload, {"part": "params"}, name="params"),
    path("tasks/<uuid:task_id>/headers/", tasks.payload, {"part": "headers"}, name="headers"),
    path("tasks/<uuid:task_id>/result/", tasks.payload, {"part": "result"}, name="result"),
    path("tasks/<uuid:task_id>/steps/<tilde:name>/", tasks.step, name="step"),
    path("tasks/<uuid:task_id>/retry/", actions.retry, name="retry"),
    path("tasks/<uuid:task_id>/cancel/", actions.cancel, name="cancel"),
    path("tasks/<uuid:task_id>/release/", actions.release, name="release"),
    path("tasks/<uuid:task_id>/run-again/", spawn.run_again, name="run_again"),
    path("tasks/<uuid:task_id>/reveal/", actions.reveal, name="reveal"),
    path("runs/<uuid:run_id>/", tasks.run, name="run"),
    path("runs/<uuid:run_id>/failure/", tasks.reason, name="reason"),
    path("failures/", failures.failures, name="failures"),
    path("failures/<slug:fingerprint>/", failures.cause, name="failure"),
    path("failures/<slug:fingerprint>/triage/", failures.triage, name="triage"),
    path("events/", events.events, name="events"),
    path("events/emit/", emit.choose, name="emit_any"),
    path("events/<tilde:queue>/<tilde:event>/", events.event, name="event"),
    path("events/<tilde:queue>/<tilde:event>/emit/", emit.emit, name="emit"),
    path("workers/", workers.workers, name="workers"),
    path("charts/", charts.charts, name="charts"),
    path("create-queue/", queue_create.create, name="queue_create"),
    path("tune/", tune.tune, name="tune"),
    path("workflows/", workflows.workflows, name="workflows"),
    path("workflows/<tilde:workflow>/", workflows.workflow, name="workflow"),
    path("spawn/", spawn.spawn, name="spawn"),
    path("go/", palette.go, name="go"),
    path("views/", saved_views.views, name="views"),
    path("views/new/", saved_view_forms.new, name="view_new"),
    path("views/pinned/", saved_views.pinned, name="pinned"),
    path("views/<uuid:view_id>/", saved_views.view, name="view"),
    path("views/<uuid:view_id>/edit/", saved_view_forms.edit, name="view_edit"),
    path("views/<uuid:view_id>/delete/", saved_view_forms.delete, name="view_delete"),
    path("audit/", audit.audit, name="audit"),
    path("audit/export.csv", audit.csv, name="audit_csv"),
    path("audit/export.jsonl", audit.jsonl, name="audit_jsonl"),
    path("bulk/", bulk.operations, name="bulk"),
    path("bulk/new/", bulk.new, name="bulk_new"),
    path("bulk/<uuid:operation_id>/", bulk.operation, name="bulk_operation"),
    path("bulk/<uuid:operation_id>/confirm/", bulk.confirm, name="bulk_confirm"),
    path("bulk/<uuid:operation_id>/stop/", bulk.stop, name="bulk_stop"),
    path("bulk/<uuid:operation_id>/resume/", bulk.resume, name="bulk_resume"),
    path("bulk/<uuid:operation_id>/step/", bulk.step, name="bulk_step"),
    *(design_pages if settings.DEBUG else []),
]
pages_at = [
    URLPattern(each.pattern, each.callback, each.default_args, AT + str(each.name))
    for each in pages
]
urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("metrics", metrics.metrics, name="metrics"),
    *pages,
    # The same pages in a tenant's name: a link means the same for everyone entitled.
    path("t/<slug:tenant>/", include(pages)),
    # And about one of several engines, in either.
    path("i/<slug:instance>/", include(pages_at)),
    path("t/<slug:tenant>/i/<slug:instance>/", include(pages_at)),
]
