"""What a kind is called in Presidio, and back.

Presidio's own names where it has one, so that `entities=["PERSON", "PHONE_NUMBER"]` of a program that exists works in Chinese too; else a
name in its style.  A kind of one's own is called as its id in capital letters.

>>> entity("mobile"), entity("resident_id"), entity("staff_badge")
('PHONE_NUMBER', 'CN_ID_CARD', 'STAFF_BADGE')
>>> kinds("CN_BANK_CARD"), kinds("STAFF_BADGE")
(('bank_card', 'bank_card_listed'), ('staff_badge',))
"""

from __future__ import annotations

from collections.abc import Mapping

#: Kind → entity.  Of the kinds with one name the first is the usual one.
ENTITIES: Mapping[str, str] = {
    "person_name": "PERSON", "official_name": "PERSON",
    "home_address": "LOCATION", "office_address": "LOCATION", "village": "LOCATION",
    "mobile": "PHONE_NUMBER", "mobile_han": "PHONE_NUMBER", "landline": "PHONE_NUMBER", "landline_bare": "PHONE_NUMBER",
    "landline_compact": "PHONE_NUMBER", "hotline": "PHONE_NUMBER", "service_number": "PHONE_NUMBER", "short_number": "PHONE_NUMBER",
    "masked_phone": "PHONE_NUMBER",
    "email": "EMAIL_ADDRESS", "email_obfuscated": "EMAIL_ADDRESS",
    "qq": "CN_QQ", "qq_group": "CN_QQ_GROUP", "wechat": "CN_WECHAT",
    "resident_id": "CN_ID_CARD", "resident_id_15": "CN_ID_CARD", "resident_id_invalid": "CN_ID_CARD",
    "resident_id_misread": "CN_ID_CARD", "resident_id_precision_lost": "CN_ID_CARD", "resident_id_scientific": "CN_ID_CARD",
    "masked_id": "CN_ID_CARD", "number_tail": "CN_NUMBER_TAIL",
    "passport": "CN_PASSPORT", "military_id": "CN_MILITARY_ID", "household_number": "CN_HOUSEHOLD_REGISTER",
    "case_file_number": "CN_CASE_FILE_NUMBER", "birth_certificate": "CN_BIRTH_CERTIFICATE",
    "travel_permit": "CN_EXIT_ENTRY_PERMIT", "hk_mo_pass": "CN_HK_MO_TRAVEL_PERMIT", "tw_pass": "CN_TW_TRAVEL_PERMIT",
    "hk_mo_tw_residence_permit": "CN_HK_MO_TW_RESIDENCE_PERMIT",
    "foreigner_card": "CN_FOREIGNER_CARD", "foreigner_card_old": "CN_FOREIGNER_CARD",
    "disability_cert": "CN_DISABILITY_CERTIFICATE", "social_security_number": "CN_SOCIAL_SECURITY_NUMBER",
    "medical_insurance_number": "CN_MEDICAL_INSURANCE_NUMBER",
    "personal_tax_number": "CN_PERSONAL_TAX_NUMBER", "personal_tax_number_15": "CN_PERSONAL_TAX_NUMBER",
    "driving_file_number": "CN_DRIVING_LICENCE", "exam_number": "CN_EXAM_NUMBER",
    "student_id": "CN_STUDENT_NUMBER", "student_number": "CN_STUDENT_NUMBER",
    "lawyer_certificate": "CN_LAWYER_CERTIFICATE", "enforcement_certificate": "CN_ENFORCEMENT_CERTIFICATE",
    "professional_certificate": "CN_PROFESSIONAL_CERTIFICATE", "embedded_id_certificate": "CN_CERTIFICATE_NUMBER",
    "uscc": "CN_SOCIAL_CREDIT_CODE", "org_code": "CN_ORGANISATION_CODE",
    "bank_card": "CN_BANK_CARD", "bank_card_listed": "CN_BANK_CARD", "bank_account": "CN_BANK_ACCOUNT",
    "masked_account": "CN_BANK_ACCOUNT",
    "birth_date": "DATE_OF_BIRTH", "birth_date_before": "DATE_OF_BIRTH", "birth_year": "DATE_OF_BIRTH",
    "diagnosis": "MEDICAL_CONDITION", "illness": "MEDICAL_CONDITION", "medical_record_number": "MEDICAL_RECORD_NUMBER",
    "disability_level": "DISABILITY", "impairment": "DISABILITY",
    "marital": "MARITAL_STATUS", "marital_state": "MARITAL_STATUS", "marriage_certificate": "CN_MARRIAGE_CERTIFICATE",
    "relation": "FAMILY_RELATION", "background": "LIFE_EXPERIENCE", "life_event": "LIFE_EXPERIENCE",
    "family_income": "PROPERTY_STATUS", "holding": "PROPERTY_STATUS", "state_payment": "PAYMENT",
    "plate": "CN_VEHICLE_PLATE", "vin": "VIN", "real_estate_unit": "CN_REAL_ESTATE_UNIT",
    "title_certificate": "CN_TITLE_CERTIFICATE",
}  # fmt: skip

#: What Presidio's own recognisers find → the kind by which deident judges and masks it (detector.py).  Not LOCATION: to Presidio any
#: town is one, and a town is no home.
FOUND: Mapping[str, str] = {
    "PERSON": "person_name", "PHONE_NUMBER": "mobile", "EMAIL_ADDRESS": "email", "CREDIT_CARD": "bank_card", "IBAN_CODE": "bank_account",
    "US_PASSPORT": "passport", "UK_PASSPORT": "passport", "CRYPTO": "bank_account",
}  # fmt: skip


def entity(kind: str) -> str:
    """The name of a kind in Presidio."""
    return ENTITIES.get(kind) or kind.upper()


def kinds(name: str) -> tuple[str, ...]:
    """The kinds that Presidio calls so, the usual one first."""
    return tuple(kind for kind, own in ENTITIES.items() if own == name) or (name.lower(),)
