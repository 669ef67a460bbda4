"""Endings: what the Snowball algorithms of some languages know by its accents, which forms have lost.

(Spanish does without: its stemmer knows most endings both ways, and would take "bandera" for a verb to come.)
"""

from __future__ import annotations

ACCENTED_ENDINGS = {
    "ca": (
        "ació allengües arà aràs ará arán arás aré aréis arés aría aríais aríamos arían arías aríem aríeu atòria "
        "atòries ció dís erá erán erás eré eréis ería eríais eríamos erían erías irà iràs irá irán irás irè iré iréis "
        "irìem irìeu iría iríais iríamos irían irías iríem iríeu itzà ià iéramos iésemos iï iïn iïs ió logía logíes "
        "lógica lógics lógiques nça quíssim quíssima quíssimes quíssims à àrem àren àreu ària àries às àssem àsseu "
        "àssim àssiu àvem àveu á ábamos áis áramos ásemos ávem áveu è ència ències ès èssim èssiu é és éssem éssen "
        "ésseu éssim éssiu ì ìeu ìssem ìsseu ìssin í ía íais íamos ían ías íci ícia ícies ícis íem íeu íinia ínies "
        "írem íreu ís íssem ísseu íssim íssima íssimes íssims íssiu ístic ívol ívola ï ïa ïda ïdes ïen ïes ïguem "
        "ïgueu ïm ïn ïra ïren ïres ïs ïsc ïsca ïsquen ïsques ïssen ïsses ïssin ïssis ït ïtat ïtats ïu ïx ïxen ïxes "
        "ïxo ò ó ós ú ü"
    ),
    "fr": "ité ités ièr ière âmes ât âtes èrent é ée ées épl és îmes ît îtes",
    "it": "erà erò irà irò istà istè istì ità á é í ó ú",
    "lt": (
        "aitės amės atės dž enį iamės iatės imės inėti ią iąj iąs išk ių iųj kimės okatės omės otės simės sitės "
        "telėti terėti tumėm tumėme tumėmės tumėt tumėte tumėtės tųs tųsi uotės utėait učiuk ykšt ykšč ą ąj ąs ąsi č "
        "čiau čiausi ė ėj ėje ėjime ėjo ėjosi ėję ėl ėm ėme ėmis ėms ėmės ėn ės ėse ėsi ėsna ėt ėte ėti ėtės ę ęs į "
        "įs šv ūs ų ųj ųsi"
    ),
    "pt": (
        "ará arás arão aríamos aríeis ação ações erá erás erão eríamos eríeis irá irás irão iríamos iríeis ução uções "
        "á ámos áramos áreis ásseis ássemos ávamos áveis ável ância ã ç é éramos éreis ésseis ê ência ências êssemos "
        "í íamos íeis íramos íreis ísseis íssemos ível ó õ"
    ),
    "ro": (
        "abilităi abilități abilă antă ară arăm arăți aseră aserăm aserăți aseși ativă ată ași ați ația ație ațiune "
        "ească ează eați ește ești eți iați ibilă icală icităi icități icivă ică iră irăm irăți iseră iserăm iserăți "
        "iseși istă itivă ită ităi ități ivităi ivități ivă iși iști iți ițiune oasă oși seră serăm serăți seseră "
        "seserăm seserăți seseși seși ură urăm urăți useră userăm userăți useși ută uși âi âm ând ându âre âră ârăm "
        "ârăți âse âsem âseră âserăm âserăți âseși âși âți ă ăm ăsc ătoare ător ători ăște ăști ş ţ"
    ),
    "ru": "ей ейте ейш ейше ией ий й йте ой уй уйте ый",
    "tr": (
        "casına dü dük düm dün dür dı dık dım dın dır ları miş muş müz müş mız mış nü nüz nı nız sün sünüz sın sınız "
        "tü tük tüm tün tür tı tık tım tın tır üm ün üz ğ ım ın ız"
    ),
}
"""By the two-letter tag of the language, with a blank between."""
