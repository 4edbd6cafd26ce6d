"""Names that nobody bears: the closed list from which stand-in names are taken.

They were coined from the syllables of English names, and all were left out that are among the
91,910 names of the census of the United States of 1990 or in the name tables of Faker for all its
languages. So a name of this list is known as a stand-in wherever it stands, and a real person's
name is hardly ever taken for one. Streets, towns, mailboxes and accounts are made of them, too.
"""

_SURNAMES = """
Dunfield Galham Carnby Pencombe Halhurst Mervale Trenmere Vellbourne Penwood Fencroft Langbeck
Langbrook Darbrook Helwood Caldcombe Harnham Quinworth Kestcroft Quinfield Merworth Fenmere Ashmere
Galfield Stancroft Caldley Thornstone Harnworth Darfield Roshurst Corbwick Quindale Harnley Fenstow
Selbourne Harnford Ravwick Vellhurst Norvale Morbrook Trenbeck Haxridge Norhurst Haxwell Skermere
Thornridge Penworth Marldale Brenfield Carnvale Wilvale Wilbrook Quinhurst Harnstow Tarndale
Woldford Caldstone Harnwick Marlwick Caldwick Talbeck Quinbrook Halworth Langcroft Norcombe
Wexcroft Brenwick Wexmere Trenvale Trenworth Wexdale Bramwick Wexworth Torhurst Haxdale Carndale
Wexcombe Haxmere Tarnmont Haldale Kelwick Marlbeck Corbworth Marlbrook Bramridge Kestdale Garrford
Skervale Fenlow Ordale Ulton Halby Torby Penby Merlow Ulgate Torgate Ulridge Orfield Orcombe Marlham
"""
_FEMININE = """
Tadessa Corsanne Fenessa Amdessa Peliane Katessa Taleya Ferissa Feralyn Tesanne Penora Malisse
Cormira Altessa Amlinda Elvette Tanessa Brivina Galmira Kaleya Calmira Wylisse Velinda Desanne
Daveta Kanora Emlisse Peralyn Lorielle Pelenna Deralyn Tenessa Emvina Calnessa Corliane Ranora
Naliane Tarielle Elnessa Ormelle Selmira Corlenna Perissa Arliane Romelle Belvina Briliane Tanora
Velenna Taliane Rolisse Fenora Celnessa Lolinda Emleya Elsanne Isnessa Darielle Amrina Feleya
"""
_MASCULINE = """
Garwyn Radlan Valwyn Jorten Orlen Fenwin Barlan Selten Derlen Brenrick Terson Lanwin Seldan Dervin
Kelmon Darmond Torlen Brenley Perlen Renwyn Elnor Wilvin Sanrick Valric Dernick Talnick Derwyn
Merlen Corten Calrick Brenten Torlan Terwin Calric Valrick Kelwin Marbert Perwin Jornick Barver
Brenlan Jorvin Renlan Wilmond Kelbert Talten Corlan Talwin Brenson Darten Kelric Wilver Fenric
Valwin Calwin Corlen Renric Kelten Garlen Wilwin
"""
_SHE = """
agnes alice amber amy ann anne ashley avery beth betty brooke carol caroline dawn deborah doris
dorothy eleanor elizabeth ellen emily esther frances gail grace gwen harriet hazel heather helen
hannah hope ingrid irene isabel jan jane janet jasmine jean jennifer jessica jill joan joy joyce
judith judy june karen kate katherine kathleen kathryn katy kim kimberly lauren leah linsey lisbeth
margaret marian marilyn marion mary megan meredith miriam molly nancy naomi paige pam peggy penny
phyllis rachel rosemary ruth sarah shannon sharon shirley summer susan tiffany tracy violet vivian
wendy yasmin
"""
_HE = """
andrea andy anthony barry billy bobby charlie dana eddie elisha ezra freddie garry harry henry huang
jamie jerome jessie joshua larry luca luke mike nikita noah ollie robbie ronnie rory sasha terry
willie zachariah
"""
_HERS = ("a", "ie", "elle", "ette", "ine", "lyn", "een", "eth", "anne", "essa", "lyn")

SURNAMES = tuple(_SURNAMES.split())
FEMININE = tuple(_FEMININE.split())
MASCULINE = tuple(_MASCULINE.split())
COINED = frozenset(name.casefold() for name in (*SURNAMES, *FEMININE, *MASCULINE))
"""Every coined name, case folded."""

_HERS_BY_NAME, _HIS_BY_NAME = frozenset(_SHE.split()), frozenset(_HE.split())


def is_hers(name: str) -> bool:
    """Whether a first name, case folded, is rather a woman's; it only decides how coins sound."""
    return name in _HERS_BY_NAME or (name not in _HIS_BY_NAME and name.endswith(_HERS))
