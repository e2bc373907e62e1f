"""Our words for how labels were made, by the codes of a result; the catalogue translates them."""

from __future__ import annotations

from biasaudit.report.messages import message

#: What can be known of a label.
THINGS = {
    "who": message("who gave it"),
    "where": message("in which country"),
    "guideline": message("under which guideline"),
    "pay": message("for what pay"),
    "duration": message("how long it took"),
    "chain": message("through which contracts"),
}
TOLD_BY = {
    "log": message("the log of labels"),
    "declaration": message("the declaration"),
    "both": message("the log and the declaration"),
    "nobody": message("nobody"),
}
LINK_ROLES = {
    "client": message("client"),
    "vendor": message("vendor"),
    "subcontractor": message("subcontractor"),
    "platform": message("platform"),
    "channel": message("channel"),
    "crowd": message("crowd"),
    "staff": message("own staff"),
    "link": message("role not told"),
}
CONTRACTS = {
    "employee": message("employed"),
    "temporary": message("on temporary contracts"),
    "contractor": message("self-employed"),
    "service": message("by a contract for services"),
    "crowd": message("under a platform's terms"),
    "volunteer": message("as volunteers"),
    "unpaid": message("unpaid"),
    "captcha": message("unpaid, through captchas"),
    "none": message("without a contract"),
    "other": message("under another contract"),
}
#: Pay by what it is paid for; the place of the amount comes first.
PAY = {
    "label": message("{amount} a label"),
    "task": message("{amount} a task"),
    "hour": message("{amount} an hour"),
    "day": message("{amount} a day"),
    "month": message("{amount} a month"),
    "unpaid": message("unpaid"),
}
MINORITIES = {
    "kept": message("kept beside the agreed label"),
    "reviewed": message("looked at again"),
    "discarded": message("discarded"),
}
#: What is asked about the making of labels, by table and key.
QUESTIONS = {
    "labels.purpose_told": message("what annotators were told the labels are for"),
    "labels.protocol": message("who did what and how"),
    "labels.votes_per_item": message("labels that an item was given"),
    "labels.analysis": message("how released labels were made from single ones"),
    "labels.began": message("first day of labelling"),
    "labels.ended": message("last day of labelling"),
    "recruitment.how": message("how annotators were found"),
    "recruitment.qualification": message("what annotators had to show first"),
    "recruitment.training_hours": message("hours of training"),
    "recruitment.training_paid": message("whether training was paid"),
    "recruitment.countries": message("countries that annotators live in"),
    "recruitment.languages": message("languages that annotators work in"),
    "recruitment.demographics": message("who annotators are on record"),
    "guideline.id": message("the guideline"),
    "guideline.version": message("version of the guideline"),
    "guideline.language": message("language of the guideline"),
    "guideline.sha256": message("digest of the guideline"),
    "pay.amount": message("pay"),
    "pay.delay_days": message("days until payment"),
    "rule.name": message("rule that makes one label of several"),
    "rule.in_words": message("that rule in words"),
    "rule.share": message("share of labels that decides"),
    "rule.ties": message("what happens on a tie"),
    "rule.arbiter": message("who decides where annotators differ"),
    "rule.minority": message("what becomes of overruled labels"),
    "rule.minority_paid": message("whether overruled labels are paid"),
    "quality.gold_share": message("share of items with an answer known beforehand"),
    "quality.rejection_rate": message("share of labels rejected"),
    "quality.rejected_paid": message("whether rejected labels are paid"),
    "quality.checks": message("other checks of the work"),
    "feedback.channel": message("how annotators can report or ask"),
    "feedback.appeal": message("how annotators can contest a rejection"),
    "feedback.told_purpose": message("whether annotators knew what their labels are for"),
    "consent.annotators": message("what annotators agreed to"),
    "consent.subjects": message("what the people judged agreed to"),
    "consent.basis": message("legal ground for personal data"),
    "consent.personal_data": message("personal data in items and labels"),
    "consent.ethics_review": message("who reviewed the ethics of the work"),
    "tool.name": message("program that labelled or proposed labels"),
    "tool.version": message("version of that program"),
    "tool.use": message("what that program did"),
}
#: Questions whose answer is a share, read in 100.
SHARES = frozenset({"rule.share", "quality.gold_share", "quality.rejection_rate"})
