"""Scenarios of who people are: what they share, and how they and others write them."""

from tests.python.support.identity_scenarios import Scenario

OLAYA = "address 77 Olaya Street; postcode 12211; in Riyadh"
NASR_CITY = "address 14 Abbas El Akkad Street; postcode 11765; in Cairo"


def _members(count: int, given: str, family: str, text: str) -> str:
    """Members m0, m1, ... of all combinations of names, who share what is given."""
    names = [f"{one}, {two}" for two in family.split() for one in given.split()]
    return "\n".join(f"m{n} shop: {names[n]}; {text}" for n in range(count))


SHARED = (
    Scenario(
        "household",
        [
            f"""
            father shop: Khaled, Al Ghamdi; phone 0556621190; born 1974-02-11; {OLAYA}
            mother shop: Latifa, Al Ghamdi; phone 0556621190; born 1979-09-30; {OLAYA}
            son shop: Faisal, Alghamdi; phone 0556621190; {OLAYA}
            wife crm: Lateefa, Al-Ghamdi; phone +966556621190; born 1979-09-30
            """
        ],
        ["father, mother wife, son"],
    ),
    Scenario(
        # The names have the same consonants, and are given to twins for that.
        "household_of_twins",
        [
            f"""
            a shop: Hassan, El Masry; phone 01065520018; born 2001-07-19; {NASR_CITY}
            b shop: Hussein, El Masry; phone 01065520018; born 2001-07-19; {NASR_CITY}
            """
        ],
        ["a, b"],
    ),
    Scenario(
        # The grandson is called after his grandfather.
        "household_of_namesakes",
        [
            f"""
            a shop: Ibrahim, Al Harbi; phone 0540072316; born 1948-12-05; {OLAYA}
            b shop: Ibrahim, Al Harbi; phone 0540072316; born 2003-03-27; {OLAYA}
            """
        ],
        ["a, b"],
    ),
    Scenario(
        "shared_family_email",
        [
            """
            a shop: Amr, Shawky; email shawky.home@example.com
            b shop: Dina, Shawky; email shawky.home@example.com
            c crm: Dina, Shawky; email Shawky.Home@example.com
            """
        ],
        ["a, b c"],
    ),
    Scenario(
        # Nobody can say whose the record without a name is.
        "shared_family_email_without_a_name",
        [
            """
            a shop: Nada, Fawzy; email fawzy.family@example.com
            b shop: Karim, Fawzy; email fawzy.family@example.com
            c crm: ; email fawzy.family@example.com; in Alexandria
            """
        ],
        apart="a b",
    ),
    Scenario(
        # The clerk at the till types an address of the branch.
        "email_of_a_clerk",
        [_members(6, "Hany Mona Sami", "Zaki Nassar", "email till7@branch.example")],
        ["m0, m1, m2, m3, m4, m5"],
    ),
    Scenario(
        "placeholder_email",
        [
            _members(4, "Ahmed Reem", "Haddad Salem", "email noreply@example.com"),
            """
            x shop: ; email NoReply@example.com
            y commerce: Ahmed Salem; email noreply@example.com
            """,
        ],
        ["m0, m1, m2, m3", "m0, m1, m2, m3, x, y"],
    ),
    Scenario(
        "placeholder_phone",
        [
            _members(4, "Ahmed Reem", "Osman Saleh", "phone 0000000000; in Cairo"),
            "x crm: Ahmed; phone 0000000000; in Cairo",
        ],
        ["m0, m1, m2, m3", "m0, m1, m2, m3, x"],
    ),
    Scenario(
        # Looks like any number: only how many carry it tells. Some have no name, or
        # one that stands there twice.
        "placeholder_by_frequency",
        [
            _members(
                24,
                "Ahmed Mona Sami Huda Bilal Abeer",
                "Hamdan Abbas Ramadan Kamel",
                "phone 0223547000; in Cairo",
            ),
            """
            x crm: Ahmed, Hamdan; phone +20 2 2354 7000; in Cairo
            y crm: ; phone 0223547000; in Cairo
            z commerce: ; phone (+20) 223547000
            """,
        ],
        [
            ", ".join(f"m{n}" for n in range(24)),
            ", ".join([*(f"m{n}" for n in range(24)), "x", "y", "z"]),
        ],
    ),
)

PEOPLE = (
    Scenario(
        "two_people_with_one_name",
        [
            """
            a shop: Mohamed, Ibrahim; phone 01001237766; born 1988-05-14; in Cairo
            b shop: Mohamed, Ibrahim; phone 01224455110; born 1995-10-02; in Cairo
            c crm: Mohamed, Ibrahim; in Cairo
            d commerce: Mohamed Ibrahim; in Cairo
            """
        ],
        ["a, b, c, d"],
    ),
    Scenario(
        # Millions live there: a name that is not common does not make them one.
        "two_people_with_one_name_that_is_rare",
        [
            """
            a commerce: Samira Lotfy; email samira.lotfy@example.com; in Cairo
            b shop: Samira, Lotfy; phone 01288104401; in Cairo
            """
        ],
        ["a, b"],
    ),
    Scenario(
        "one_person_with_two_countries",
        [
            f"""
            a shop: Marwan, Abou Zeid; email marwan.az@example.com; phone 01090017288; \
                card L05520012; {NASR_CITY}
            b commerce: Marwan Abu Zaid; email marwan.az@example.com; \
                phone +971521174409; in Dubai
            c crm: Marwan, Abouzeid; phone 0521174409; card L05520012; in Dubai
            """
        ],
        ["a b c"],
    ),
    Scenario(
        "initials",
        [
            """
            a commerce: Yasmin Qasim; email y.qasim@example.com; in Dubai
            b crm: Y., Qasim; email y.qasim@example.com; in Dubai
            """
        ],
        ["a b"],
    ),
    Scenario(
        "swapped_names",
        [
            """
            a shop: Sherif, Hegazy; phone 01143300917; in Cairo
            b crm: Hegazy, Sherif; phone +201143300917; in Cairo
            """
        ],
        ["a b"],
    ),
    Scenario(
        "transliterated_names",
        [
            """
            a shop: Mohamed, El Mansour; phone 01552218804; in Cairo
            b crm: Muhammad, Almansour; phone 0155 221 8804; in Cairo
            c commerce: Mohammed Al-Mansour; phone +201552218804; in Cairo
            d commerce: محمد المنصور; phone +201552218804; in Cairo
            """
        ],
        ["a b c d"],
    ),
    Scenario(
        "name_of_a_former_husband",
        [
            """
            a shop: Maria, Fernandes; email maria.f81@example.com; born 1981-06-08
            b commerce: Maria Santos; email maria.f81@example.com; born 1981-06-08
            """
        ],
        ["a b"],
    ),
    Scenario(
        "name_of_the_father_between",
        [
            """
            a commerce: Hossam Younes; phone 01234409921; in Cairo
            b commerce: Hossam Adel Younes; phone 01234409921; in Cairo
            c commerce: Younes, Hossam; phone 01234409921; in Cairo
            """
        ],
        ["a b c"],
    ),
    Scenario(
        "email_typo",
        [
            """
            a commerce: Nour El Shazly; email nour.elshazly@example.com; born 1993-08-21
            b shop: Nour, El Shazly; email nour.elshazyl@example.com; born 1993-08-21
            """
        ],
        ["a b"],
    ),
    Scenario(
        # Dots and tags mean nothing to one provider, and something elsewhere.
        "email_of_a_provider",
        [
            """
            a commerce: Anas Yassin; email anas.yassin90@gmail.com
            b shop: Anas, Yassin; email AnasYassin90+shop@gmail.com
            c shop: Farah, Soliman; email far.ah@company.example
            d shop: Bandar, Soliman; email farah@company.example
            """
        ],
        ["a b, c, d"],
    ),
    Scenario(
        "known_only_by_reference",
        [
            """
            a order:
            b ticket:
            c consent:
            """
        ],
        ["a, b, c"],
    ),
)

SCENARIOS = (*SHARED, *PEOPLE)
