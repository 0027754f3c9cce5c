"""`deident serve`: the publish hook over HTTP, and the review desk (extra `server`).

app.py       create_app: all of it            run.py       the process: listening, stopping in order
settings.py  what it is told                  keys.py      API keys
hook.py      POST /v1/check, /v1/mask         models.py    their shapes, for /openapi.json
health.py    /healthz, /metrics               metrics.py   what is counted
door.py      what every request passes        logs.py      the log, without content
pool.py      workers and who waits for them   nursery.py   where workers come from
worker.py    the life of a worker             work.py      what it is asked, what it says
body.py      JSON and forms                   errors.py, words.py   why there is no answer, in two languages
desk/        the review desk
"""
