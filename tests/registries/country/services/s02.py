"""Service 2: legal entities."""
from .. import words
from . import shapes

REGISTERED, LIQUIDATED = words.Entry("01", "Тіркелген", "Зарегистрировано"), words.Entry("04", "Таратылған", "Ликвидировано")
JUSTICE_OFFICE = words.Entry("001", "Жоқ қаланың әділет басқармасы", "Управление юстиции города Жок-кала")
LEGAL_ENTITY, BRANCH = words.Entry("02", "Заңды тұлға", "Юридическое лицо"), words.Entry("03", "Құрылымдық бөлімше", "Структурное подразделение")


def name(one):
    return {"iin": one.iin, "surname": one.surname, "name": one.name, "middle_name": one.patronymic}


def stake(company, share):
    return {"value": (company.auth_capital or 0) * share // 10000, "percent": share}


def record(company):
    home, leader = company.address, company.leader
    founders = [(one, hasattr(one, "iin"), stake(company, share)) for one, share in company.founders]
    return {
        "bin": company.bin, "reg_status": (LIQUIDATED if company.liquidated else REGISTERED).record(),
        "registration_department": JUSTICE_OFFICE.record(), "registration_date": company.registered, "registration_last_date": None,
        "liquidation_date": company.liquidated, "full_name_kk": company.name_kk, "full_name_ru": company.name_ru,
        "full_name_en": company.name_en, "short_name_kk": None, "short_name_ru": None, "short_name_en": None,
        "org_form": (BRANCH if company.head else LEGAL_ENTITY).record(), "form_of_law": company.form.record(),
        "private_enterprise_type": shapes.entry(company.size) if company.kind == "company" else None,
        "leader": {"position": company.leader_position, "citizen_country": leader.citizenship.record()} | name(leader),
        "activities": [{"main": True, "oked": company.oked.code, "name_kk": company.oked.name_kk, "name_ru": company.oked.name_ru}],
        "address": {"rka": home.code, "kato": home.kato, "zip_code": home.zip_code, "region": home.province.name_ru, "city": home.city,
                    "street": home.street, "building_number": home.building, "office_number": home.flat},
        "auth_capital": company.auth_capital,
        "founders_fl": [name(one) | part for one, is_person, part in founders if is_person],
        "founders_ul": [{"bin": one.bin, "name_ru": one.name_ru} | part for one, is_person, part in founders if not is_person],
        "header_organization": company.head.bin if company.head else None}


def records(country, asked):
    return [record(company) for company in shapes.found(country.by_bin, asked.get("bin"))]


def samples(country):
    branch = shapes.first(country.organisations, lambda one: one.head, 1)
    return [{"bin": one.bin} for one in country.organisations[:2] + branch] + [{"bin": shapes.no_organisation()}]
