-- One queue, to retry, run again, cancel, release, spawn and emit in: what the procedures write.
grant select on {t}, {r}, {c}, {e}, {w} to {role};
grant insert, update (state, attempts, max_attempts, last_attempt_run, cancelled_at)
  on {t} to {role};
grant insert, update (state, available_at, wake_event, event_payload, claimed_by, claim_expires_at,
  failed_at, failure_reason) on {r} to {role};
grant insert, update (state, status, owner_run_id, updated_at) on {c} to {role};
grant insert, update (payload, emitted_at) on {e} to {role};
grant delete on {w} to {role};
