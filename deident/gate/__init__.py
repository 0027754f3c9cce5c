"""The publish gate: what goes online now, checked before it does.

document.py      one document, from a file or standard input (`deident check`)
submission.py    a page with its title and attachments, as a CMS submits it
answer.py        a submission checked, or masked      page.py     its page as one document, and the way back
reply.py         the answer as a program wants it     words.py    what it says, in two languages
"""
