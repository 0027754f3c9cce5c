"""Every page of the desk, and which roles may open it; what may be done with a document: rights.py."""

from __future__ import annotations

from deident.server.desk import entry, history, results, work
from deident.server.desk.site import EVERYBODY, Page

WORKERS = ("editor", "reviewer")

PAGES = (
    Page("GET", "/login", entry.login),
    Page("POST", "/login", entry.sign_in),
    Page("POST", "/logout", entry.sign_out, EVERYBODY),
    Page("GET", "/account", entry.account, EVERYBODY),
    Page("POST", "/account", entry.set_password, EVERYBODY),
    Page("GET", "/", work.home, EVERYBODY),
    Page("POST", "/documents", work.submit, WORKERS),
    Page("GET", "/documents/{id}", work.document, EVERYBODY),
    Page("POST", "/documents/{id}/decisions", work.decide, WORKERS),
    Page("POST", "/documents/{id}/file", work.file, WORKERS),
    Page("POST", "/documents/{id}/approve", work.approve, ("reviewer",)),
    Page("POST", "/documents/{id}/return", work.give_back, ("reviewer",)),
    Page("POST", "/documents/{id}/erase", work.erase, WORKERS),
    Page("GET", "/documents/{id}/result", results.result, WORKERS),
    Page("GET", "/documents/{id}/download/{which}", results.download, WORKERS),
    Page("GET", "/reviews", work.reviews, EVERYBODY),
    Page("GET", "/audit", history.audit, ("supervisor",)),
    Page("POST", "/audit/verify", history.verify, ("supervisor",)),
    Page("GET", "/audit.csv", history.export_csv, ("supervisor",)),
    Page("GET", "/audit.jsonl", history.export_json, ("supervisor",)),
)
