"""The people: three generations, all born in the nineteenth century, with their families, papers, homes and telephones."""
from . import places, words
from .dice import Dice
from .entities import CivilAct, Document, DrivingLicence, Marriage, Person, Phone, Residence
from .numbers import Serials, day, moved, ordinal

LAST = ordinal("1899-12-31")
# iin, surname, name, patronymic, born; the first is married to the second, the third to the fourth.
KNOWN = (("500101100000", "Асанов", "Абай", "Асанұлы"), ("500101200007", "Қасымова", "Жанар", "Ерланқызы"),
         ("500615100015", "Нұрланов", "Марат", "Бекенұлы"), ("500615200011", "Тілеуова", "Сәуле", "Маратқызы"))

GENERATIONS = {"eldest": ("1818-01-01", "1821-12-31"), "elder": ("1820-01-01", "1831-12-31"), "main": ("1850-01-01", "1859-12-31"), "young": ("1874-01-01", "1889-12-31")}


def latin(text):
    """As passports spell it, near enough."""
    table = {"а": "a", "ә": "a", "б": "b", "в": "v", "г": "g", "ғ": "g", "д": "d", "е": "e", "ё": "yo", "ж": "zh", "з": "z", "и": "i",
             "й": "i", "к": "k", "қ": "k", "л": "l", "м": "m", "н": "n", "ң": "n", "о": "o", "ө": "o", "п": "p", "р": "r", "с": "s",
             "т": "t", "у": "u", "ұ": "u", "ү": "u", "ф": "f", "х": "kh", "һ": "h", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sch",
             "ы": "y", "і": "i", "э": "e", "ю": "yu", "я": "ya", "ь": "", "ъ": ""}
    return "".join(table.get(letter, letter) for letter in text.lower()).upper()


def patronymic(father_name, is_male):
    if father_name in words.RUSSIAN_MEN:
        stem = words.RUSSIAN_MEN[father_name]
        return stem.removesuffix("ев") + "евич" * is_male + "евна" * (not is_male) if stem.endswith("ев") else \
            stem + ("ич" if is_male else "на")
    return father_name + ("ұлы" if is_male else "қызы")


class People:
    """Makes all people of the country, family by family."""

    def __init__(self, seed, count):
        self.dice = Dice(f"people {seed}")
        self.count = count
        self.people = []
        self.serials = Serials(4, 1000)
        self.homes = places.make(self.dice, max(count // 3, 40))
        self.residents = {}  # address code -> people
        self.next_number = {}
        self.acts = []
        self.phones = {}
        self.landlines = {}

    def number(self, kind):
        value = self.next_number.get(kind, 0)
        self.next_number[kind] = value + 1
        return value

    def make(self):
        count = self.count
        first, second = self.couple("main", True), self.couple("main", True)
        wedded = [first, second]
        elders = []
        for place in range(max(count * 6 // 100, 4)):
            elders.append(self.couple("elder" if place >= 4 else "eldest"))
        for place, (father, mother) in enumerate(elders):
            # The first four are the parents of those whom everybody asks about.
            for child in ([first[0]], [first[1]], [second[0]], [second[1]])[place] if place < 4 else ():
                self.adopt(father, mother, child)
            for _ in range(self.dice.between(2, 5)):
                self.child(father, mother, "main")
        singles = [person for person in self.people if person.father and not person.marriage]
        for person in singles:
            if self.dice.chance(0.75):
                wedded.append(self.marry(person, self.single("main", not person.is_male)))
        while len(self.people) < count * 62 // 100:
            wedded.append(self.couple("main"))
        place = 0
        while len(self.people) < count * 96 // 100:
            for _ in range(self.dice.between(1, 2) if place else 3):
                self.child(*wedded[place % len(wedded)], "young")
            place += 1
        while len(self.people) < count * 98 // 100:
            self.single("main", self.dice.chance(0.5))
        self.people = self.people[:count]
        while len(self.people) < count:
            self.foreigner()
        for person in self.people:
            self.end_life(person)
        for person in self.people:
            self.papers(person)
            self.reach(person)
        return self.people

    # --- being born ---

    def single(self, generation, is_male, father=None, mother=None):
        dice = self.dice
        first, last = map(ordinal, GENERATIONS[generation])
        if father:
            first = max(first, ordinal(father.marriage.begins) + 270)
        birth = dice.day(first, last)
        is_russian = father.nationality.code == "001" if father else dice.chance(0.2)
        if is_russian:
            name = dice.one(tuple(words.RUSSIAN_MEN) if is_male else words.RUSSIAN_WOMEN)
            surname = dice.one(words.RUSSIAN_SURNAMES)
            fathers = tuple(words.RUSSIAN_MEN)
        else:
            name, surname, fathers = dice.one(words.MEN if is_male else words.WOMEN), dice.one(words.SURNAMES), words.MEN
        if father:
            surname, fathers = father.surname, (father.name,)
        surname = surname if is_male or surname.endswith("а") else surname + "а"
        return self.person(birth, is_male, surname, name, patronymic(dice.one(fathers), is_male),
                           words.NATIONALITIES[1 if is_russian else 0])

    def person(self, birth, is_male, surname, name, father_name, nationality, iin=None, foreign=None):
        dice = self.dice
        n = len(self.people)
        home = dice.one(self.homes)
        person = Person(
            n=n, iin=iin or self.serials.take(birth[2:4] + birth[5:7] + birth[8:10] + ("1" if is_male else "2")), surname=surname,
            name=name, patronymic=father_name, birth_date=birth, is_male=is_male, nationality=nationality,
            citizenship=words.FOREIGN_COUNTRIES[foreign % 4] if foreign is not None else words.HOME,
            country=words.FOREIGN_COUNTRIES[foreign % 4] if foreign is not None else words.HOME, is_foreign=foreign is not None,
            birth_place=places.abroad(foreign) if foreign is not None else dice.one(self.homes), address=home, residence=None,
            eng_surname=None, eng_name=None, photo_seed=n * 2654435761 % 2**32)
        self.people.append(person)
        return person

    def foreigner(self):
        dice = self.dice
        n = self.number("foreigner")
        surname, eng_surname, man, eng_man, woman, eng_woman = words.FOREIGN[n % len(words.FOREIGN)]
        is_male = n % 3 != 2
        person = self.person(dice.day(*map(ordinal, GENERATIONS["main"])), is_male, surname, man if is_male else woman, None,
                             words.FOREIGN_NATIONALITY, foreign=n)
        person.eng_surname, person.eng_name = eng_surname.upper(), (eng_man if is_male else eng_woman).upper()

    def couple(self, generation, is_known=False):
        if not is_known:
            return self.marry(self.single(generation, True), self.single(generation, False))
        pair = []
        for iin, surname, name, father_name in KNOWN[len(self.people):len(self.people) + 2]:
            birth = f"18{iin[:2]}-{iin[2:4]}-{iin[4:6]}"
            pair.append(self.person(birth, iin[6] == "1", surname, name, father_name, words.NATIONALITIES[0], iin))
        return self.marry(*pair)

    def child(self, father, mother, generation):
        child = self.single(generation, self.dice.chance(0.5), father, mother)
        self.adopt(father, mother, child)
        if generation == "young" and self.dice.chance(0.5):
            child.address = father.address
        return child

    def adopt(self, father, mother, child):
        """Parents for somebody; the father of one whose name is known has the name that fits."""
        if child.n < len(KNOWN):
            father.surname = child.surname if child.is_male else child.surname.removesuffix("а")
            father.name = child.patronymic.removesuffix("ұлы").removesuffix("қызы")
            father.nationality = child.nationality
        child.father, child.mother = father, mother
        father.children.append(child)
        mother.children.append(child)

    def marry(self, one, other):
        """One's wedding, when the younger is 23 to 25; returns husband and wife."""
        husband, wife = (one, other) if one.is_male else (other, one)
        younger = ordinal(max(husband.birth_date, wife.birth_date))
        begins = self.dice.day(younger + 23 * 365, younger + 26 * 365)
        act = self.act("marriage", begins, [husband, wife])
        marriage = Marriage(husband, wife, begins, None, act)
        husband.marriage = wife.marriage = marriage
        husband.spouse, wife.spouse = wife, husband
        husband.marriages.append(marriage)
        wife.marriages.append(marriage)
        wife.address = husband.address
        return husband, wife

    def act(self, kind, date, persons):
        number = f"10-9901-{date[2:4]}-{self.number('act'):07}"
        act = CivilAct(number, kind, date, moved(date, 5), self.dice.one(words.CIVIL_OFFICES), persons)
        self.acts.append(act)
        for person in persons[:1] if kind == "birth" else persons:
            person.civil_acts.append(act)
        return act

    # --- living and dying ---

    def end_life(self, person):
        """Some marriages and some lives end before the century does."""
        dice = self.dice
        is_known = person.n < len(KNOWN)
        parents = [person.father, person.mother]
        self.act("birth", person.birth_date, [person, *parents])
        if not is_known and not person.is_foreign and dice.chance(0.4 if person.birth_date < "1840" else 0.06):
            youngest = max((child.birth_date for child in person.children), default=person.birth_date)
            first = max(ordinal("1885-01-01"), ordinal(youngest) + 300)
            person.death_date = dice.day(first, LAST)
            person.death = self.act("death", person.death_date, [person])
            self.part(person, person.death_date)
        elif not is_known and person.marriage and person.is_male and dice.chance(0.05):
            youngest = max((child.birth_date for child in person.children), default=person.marriage.begins)
            date = dice.day(max(ordinal(youngest), ordinal(person.marriage.begins)) + 300, LAST)
            self.act("divorce", date, [person, person.spouse])
            self.part(person, date)

    def part(self, person, date):
        if person.marriage:
            other, marriage = person.spouse, person.marriage
            marriage.ends = date
            person.marriage = person.spouse = other.marriage = other.spouse = None

    def papers(self, person):
        dice = self.dice
        n = person.n
        adult = ordinal(person.birth_date) + 16 * 365 + 4
        last = ordinal(person.death_date) if person.death_date else LAST
        if not person.is_foreign:
            self.document(person, "birth_certificate", f"99-{n:07}", moved(person.birth_date, 7), None, words.JUSTICE, True)
            issued = dice.between(ordinal("1892-01-01"), min(ordinal("1898-12-31"), last))
            if n < 4 or dice.chance(0.3):
                earlier = issued - 3650
                self.document(person, "identity_card", f"{10000000 + n:09}", day(max(earlier, adult)), day(issued), words.INTERIOR, False)
            self.document(person, "identity_card", f"{20000000 + n:09}", day(issued), day(issued + 3650), words.INTERIOR, person.is_alive)
            if n < 4 or dice.chance(0.3):
                self.document(person, "passport", f"N{70000000 + n}", day(issued), day(issued + 3650), words.INTERIOR, person.is_alive)
                person.eng_surname, person.eng_name = latin(person.surname), latin(person.name)
        else:
            issued = dice.between(ordinal("1893-01-01"), ordinal("1897-12-31"))
            self.document(person, "foreign_passport", f"Z{80000000 + n}", day(issued), day(issued + 3650), words.ABROAD, True)
            if n % 2:
                self.document(person, "residence_permit", f"{90000000 + n:09}", day(issued + 200), day(issued + 3000), words.INTERIOR, True)
        if n < 4 or (not person.is_foreign and dice.chance(0.5)):
            issued = day(dice.between(ordinal("1890-06-01"), ordinal("1895-12-31")))
            is_revoked = n >= 4 and dice.chance(0.05)
            person.driving_licence = DrivingLicence(
                f"ZZ{n:06}", ["B"] if n % 5 else ["B", "C"], issued, moved(issued, 3652), words.INTERIOR,
                "revoked" if is_revoked else "valid", "1901-01-01" if is_revoked else None, person)

    @staticmethod
    def document(person, kind, number, issued, expires, issuer, is_valid):
        person.documents.append(Document(kind, number, issued, expires, issuer, person, is_valid))

    def reach(self, person):
        """Where somebody lives, and by what telephones and letters they are reached."""
        dice = self.dice
        since = ordinal("1880-01-01") + dice.below(5500)
        person.residence = Residence(person.address, day(since), person.death_date)
        self.residents.setdefault(person.address.code, []).append(person)
        if person.n < 4 or dice.chance(0.3):
            person.earlier_addresses.append(Residence(dice.one(self.homes), day(since - 2000), day(since - 1)))
        if person.is_alive:
            for _ in range(2 if person.n < 4 or dice.chance(0.15) else 1):
                self.phone(person, "mobile", f"+7999{self.number('mobile'):07}", day(since))
            landline = self.landlines.get(person.address.code)
            if landline is None and int(person.address.code) % 3 == 0:
                landline = self.phone(person, "landline", f"+7799{self.number('landline'):07}", day(since))
                self.landlines[person.address.code] = landline
            elif landline:
                landline.users.append(person)
                person.phones.append(landline)
            if dice.chance(0.5):
                person.emails.append(f"p{person.n}@example.kz")

    def phone(self, holder, kind, number, begins):
        phone = Phone(number, kind, "Жоқ байланыс" if self.number("operator") % 3 else "Аңыз телеком", holder, begins, None, [holder])
        self.phones[number] = phone
        holder.phones.append(phone)
        return phone
