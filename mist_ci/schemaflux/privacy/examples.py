"""Numbers, names and addresses that everybody uses as examples: they are nobody's."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


TEST_CARDS = _words(
    """
    4111111111111111 4242424242424242 4012888888881881 4000056655665556 4539148803436467 4532015112830366
    4716059839128310 4539578763621486 4556737586899855 5555555555554444 5105105105105100 5425233430109903
    2223003122003222 5200828282828210 2222420000001113 5431111111111111 378282246310005 371449635398431
    378734493671000 374245455400126 6011111111111117 6011000990139424 6011000991300009 30569309025904
    38520000023237 3056930009020004 36227206271667 3566002020360505 3530111333300000 6200000000000005
    4263982640269299 5454545454545454 4917484589897107 4001919257537193 6250941006528599
    """
)
"""Numbers that payment providers publish for tests."""
EXAMPLE_IBANS = _words(
    """
    DE89370400440532013000 GB29NWBK60161331926819 GB82WEST12345698765432 GB33BUKB20201555555555
    FR1420041010050500013M02606 FR7630006000011234567890189 NL91ABNA0417164300 ES9121000418450200051332
    IT60X0542811101000000123456 CH9300762011623852957 BE68539007547034 AT611904300234573201
    DK5000400440116243 SE4550000000058398257466 NO9386011117947 FI2112345600000785
    PL61109010140000071219812874 PT50000201231234567890154 IE29AIBK93115212345678 LU280019400644750000
    CZ6508000000192000145399 GR1601101250000000012300695 HU42117730161111101800000000
    TR330006100519786457841326 SA0380000000608010167519 AE070331234567890123456 IL620108000000099999999
    BR1800360305000010009795493C1 HR1210010051863000160 RO49AAAA1B31007593840000 SK3112000000198742637541
    SI56263300012039086 LT121000011101001000 LV80BANK0000435195001 EE382200221020145685
    """
)
"""Examples of the registry and of countries' documentations."""
TOP_LEVEL = _words(
    """
    com org net edu gov mil int info biz name pro jobs mobi io ai co app dev me tv cc us uk de fr es it nl
    be ch at dk se no fi is ie pt pl cz sk hu ro bg gr hr si rs ua ru by lt lv ee tr il ae sa eg za ng ke ma
    in pk bd lk np cn hk tw jp kr sg my th vn id ph au nz ca mx br ar cl pe ve uy ec cr eu asia online site
    store tech xyz cloud email
    """
)
"""Most addresses end in one of these; names of files do not (`.py`, `.sh`, `.md`, `.so` are left out)."""
ROLE_NAMES = _words(
    """
    info support sales contact hello help helpdesk admin administrator webmaster postmaster hostmaster abuse
    security press media jobs careers hr recruiting billing accounts accounting finance service services
    customerservice customercare care office team privacy legal dpo feedback enquiries inquiries noreply
    no-reply donotreply do-not-reply newsletter news marketing orders order returns refunds booking bookings
    reservations events partners partnerships editor root git hg user username name email mail me you your
    yourname your.name youremail your.email your-email firstname.lastname first.last test tester test1 user1
    user2 example sample demo foo bar baz someone somebody anyone alice bob jdoe john jane johndoe janedoe
    john.doe jane.doe john_doe jane_doe john.smith jane.smith johnsmith janesmith max.mustermann
    """
)
"""Mailboxes of roles and placeholders: nobody in particular."""
PLACEHOLDER_LABELS = _words(
    """
    example examples sample test tests testing localhost local invalid internal domain mydomain yourdomain
    your-domain somedomain company mycompany yourcompany your-company companyname email mail host hostname
    server acme foo bar baz abc xyz fake dummy website yourwebsite mysite yoursite
    """
)
"""Parts of domains that stand for any domain."""
WELL_KNOWN_ADDRESSES = _words(
    """
    8.8.8.8 8.8.4.4 1.1.1.1 1.0.0.1 9.9.9.9 149.112.112.112 208.67.222.222 208.67.220.220 93.184.216.34
    169.254.169.254 123.123.123.123 111.111.111.111 123.45.67.89 123.45.67.8 12.34.56.78 1.2.3.4
    """
)
"""Public resolvers, and addresses that everybody uses as examples."""
