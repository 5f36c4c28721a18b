"""Scenarios of what joins records: shapes, contradictions, and what comes later."""

from tests.python.support.identity_scenarios import Scenario

SHAPES = (
    Scenario(
        "chain",
        [
            """
            a commerce: Tarek Lotfy; email t.lotfy@example.com; in Cairo
            b shop: Tarek, Lotfy; email t.lotfy@example.com; card L04410017
            c crm: Tarek, Lotfy; card L04410017; phone 01006671203; in Cairo
            d commerce: Tarek Lotfy; phone +201006671203; in Cairo
            """
        ],
        ["a b c d"],
    ),
    Scenario(
        "fan_in",
        [
            """
            a commerce: Rania Hegazy; email rania.hegazy@example.org
            b commerce: Rania Hegazy; phone +20 10 2244 8811
            c shop: Rania, Hegazy; card L04410030
            d crm: Rania, Hegazy; email rania.hegazy@example.org; phone 01022448811; \
                card L04410030; in Cairo
            """
        ],
        ["a b c d"],
    ),
    Scenario(
        "fan_out",
        [
            """
            a commerce: Wael Barakat; email wael.b@example.net
            b crm: Wael; phone 0501118834; account a; in Jeddah
            c shop: W., Barakat; account a
            d shop: ; account a; in Jeddah
            """
        ],
        ["a b c d"],
    ),
    Scenario(
        "diamond",
        [
            """
            a commerce: Heba Sabry; email heba.s@example.com; phone +201122009943
            b crm: Heba, Sabry; email heba.s@example.com; card L04410043
            c commerce: Heba Sabry; email sabry.h@work.example; phone +201122009943
            d shop: Heba, Sabry; card L04410043; account c
            """
        ],
        ["a b c d"],
    ),
    Scenario(
        "disjoint",
        [
            """
            a commerce: Walid Taha; email walid.taha@example.com
            b crm: Walid, Taha; email Walid.Taha@Example.com
            c commerce: Ghada Wahba; email ghada.wahba@example.com
            d shop: Ghada, Wahba; email ghada.wahba@example.com
            """
        ],
        ["a b, c d"],
    ),
    Scenario(
        # A trader who has another number at every visit.
        "long_chain",
        [
            "\n".join(
                f"c{n} crm: Bassem, Darwish; phone +2012770{n:05d};"
                f" landline +2012770{n + 1:05d}"
                for n in range(50)
            )
        ],
        [" ".join(f"c{n}" for n in range(50))],
    ),
    Scenario(
        "alternate_chain",
        [
            "\n".join(
                f"m{n} {('shop', 'crm')[n % 2]}: Lina, Khoury; in Dubai;"
                f" email lina.khoury{(n + 1) // 2}@example.com;"
                f" phone +97155310{n // 2:04d}"
                for n in range(12)
            )
        ],
        [" ".join(f"m{n}" for n in range(12))],
    ),
)

CONFLICTS = (
    Scenario(
        "unique_id_conflict",
        [
            """
            a shop: Omar, Farouk; email o.farouk@example.com; card L07310558
            b shop: Omar, Farouk; phone 01009918273; card L02956104; in Cairo
            c crm: Omar, Farouk; email o.farouk@example.com; phone 01009918273; in Cairo
            """
        ],
        apart="a b",
    ),
    Scenario(
        "unique_id_conflict_in_a_pair",
        [
            """
            a shop: Salma, Ezzat; phone 0550023019; card L07310571; in Riyadh
            b crm: Salma, Ezzat; phone 0550023019; card L01884420; in Riyadh
            c commerce: Salma Ezzat; phone 0550023019; in Riyadh
            """
        ],
        apart="a b",
    ),
    Scenario(
        "unique_id_conflict_through_an_account",
        [
            """
            a commerce: Adel Gaber; email adel.gaber@example.com
            b shop: Adel, Gaber; card L07330145; account a
            c shop: Adel, Gaber; card L09102277; account a
            """
        ],
        apart="b c",
    ),
    Scenario(
        "unique_id_typo",
        [
            """
            a shop: Ayman, Badawi; phone 01227730091; born 1978-11-23; card L07310688; \
                in Cairo
            b crm: Ayman, Badawy; phone 01227730091; born 1978-11-23; card L07310868; \
                in Cairo
            """
        ],
        ["a b"],
    ),
    Scenario(
        # A number that the operator gave to somebody else.
        "recycled_phone",
        [
            """
            a shop: Fahad, Al Dosari; phone 0501887342; born 1969-04-02; in Riyadh
            b crm: Priya, Nair; phone +966501887342; city Dammam
            """
        ],
        ["a, b"],
    ),
)

LATER = (
    Scenario(
        "late_event",
        [
            """
            a commerce: Samira Tawfik; email samira.t@example.com
            b shop: Samira, Tawfik; phone +201288104400
            """,
            """
            c crm: Samira, Tawfiq; email samira.t@example.com; phone +201288104400
            """,
        ],
        ["a, b", "a b c"],
    ),
    Scenario(
        "late_record_of_an_order",
        [
            """
            a order:
            b commerce: Ziad Kamel; email ziad.kamel@example.com
            """,
            "a shop: Ziad, Kamel; email ziad.kamel@example.com",
        ],
        ["a, b", "a b"],
    ),
    Scenario(
        "corrected_identifier",
        [
            """
            a commerce: Abeer Nassar; email abeer.nassar@example.com
            b crm: ; email abeer.nassar@example.com
            """,
            "b crm: Turki, Al Anazi; email turki.anazi@example.com",
        ],
        ["a b", "a, b"],
    ),
    Scenario(
        "crm_merge",
        [
            """
            a crm: Noura, Al Suwaidi; email noura.s@example.com
            b crm: Nora; phone 0509912277; in Dubai
            c crm: N., Suwaidi; card L06610025
            d shop: Noura, Alsuwaidi; card L06610025
            """,
            """
            a crm: Noura, Al Suwaidi; email noura.s@example.com; merged b c
            b crm: Nora; phone 0509912277; in Dubai; archived yes
            c crm: N., Suwaidi; card L06610025; archived yes
            """,
        ],
        ["a, b, c d", "a b c d"],
    ),
    Scenario(
        "must_link",
        [
            """
            a commerce: Jana Hamdan; email jana.h@example.com
            b shop: Gana, Ezzat; phone +966567741120
            """,
            "a b must_link",
        ],
        ["a, b", "a b"],
    ),
    Scenario(
        # What joins the card's two records is stronger than the address.
        "unmerge",
        [
            """
            a commerce: Mona Fathy; email branch.maadi@example.com; in Cairo
            b shop: Mona, Fathy; email branch.maadi@example.com; card L06610077
            c crm: Mona, Fathy; email branch.maadi@example.com; card L06610077
            """,
            "a b cannot_link",
        ],
        ["a b c", "a, b c"],
    ),
    Scenario(
        "unmerge_through_a_third_record",
        [
            """
            a commerce: Rasha Taha; email rasha.taha@example.com
            b shop: Rasha, Taha; phone 01018842290; in Cairo
            c crm: Rasha, Taha; email rasha.taha@example.com; phone +201018842290
            """,
            "a b cannot_link",
        ],
        ["a b c", None],
        apart="a b",
    ),
    Scenario(
        "re_merge",
        [
            """
            a commerce: Rami Shaker; email rami.shaker@example.com
            b shop: Rami, Shaker; email rami.shaker@example.com
            """,
            "a b cannot_link",
            "a b none",
        ],
        ["a b", "a, b", "a b"],
    ),
)

SCENARIOS = (*SHAPES, *CONFLICTS, *LATER)
