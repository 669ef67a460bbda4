"""Stopwords: the small words of a language that say nothing of what a text is about.

A question is not answered worse for lacking them: where it has other words, these are not required and weigh
nothing. In quotes they count like any other.
"""

from __future__ import annotations

STOPWORDS = {
    "da": (
        "af alle at blev da de dem den denne der deres det dette dig din disse du efter eller en er et for fra ham "
        "han har hun hvad hvor hvordan hvornår hvorfor i ikke ind jeg kan man med men mig når ned nogle og om op os "
        "over på selv sig sin skal som så til ud under var ved vi vil være"
    ),
    "de": (
        "aber alle als am an auch auf aus bei bis da damit dann das dass dem den der des die dies diese dieser "
        "dieses doch du durch ein eine einem einen einer eines er es für gibt haben hat hatte ich ihr ihre im in "
        "ist kann können man mehr mit muss nach nicht noch nur ob oder ohne sein seine sich sie sind so über um und "
        "uns unter vom von vor wann war waren warum was welche welcher wenn wer werden wie wir wird wo wurde wurden "
        "zu zum zur"
    ),
    "en": (
        "a about all also an and any are as at be been being between both but by can could did do does each for "
        "from had has have he her his how i if in into is it its may me might more most must my no nor not of on "
        "one only or other our over shall she should so some such than that the their them then there these they "
        "this those to under very was we were what when where which who whom whose why will with would you your"
    ),
    "es": (
        "a al algo ante antes como cómo con contra cual cuál cuando cuándo cuánto cuántos de del desde donde dónde "
        "durante e el él ella ellos en entre era es esa ese eso esta está este esto estos fue ha hay la las le les "
        "lo los más me mi muy no nos o para pero por porque qué que quien quién se ser si sí sin sobre son su sus "
        "también tiene un una uno unos y ya"
    ),
    "fi": (
        "ei eivät en että hän he ja jo joka jos jossa jotka kanssa kuin kuinka kun kuka me mikä miksi milloin missä "
        "mitä mukaan mutta myös ne ole oli olivat on ovat se sekä sen siitä tai tämä vai voi"
    ),
    "fr": (
        "à a afin ai ainsi après au aussi autre autres aux avait avant avec avoir ce cela celle celui ces cet cette "
        "ceux chez combien comme comment d dans de des dont du elle elles en entre est et été étaient était être eu "
        "fait il ils je l la le les leur leurs lors lui mais même mes n ne nos notre nous on ont ou où par pas "
        "pendant peut plus pour pourquoi qu quand que quel quelle quelles quels qui quoi s sa sans se selon sera "
        "ses si son sont sous sur t tout tous un une vers vos votre vous y"
    ),
    "hu": ("a az egy és hogy is nem ez azt volt meg már de mint van csak még ha ki mi mit hol mikor miért hogyan"),
    "it": (
        "a ad ai al alla alle anche che chi ci come con cosa cui da dai dal dalla delle dei del della dello di dopo "
        "dove e è ed era fra gli ha hanno i il in io la le lo loro ma mi ne nei nel nella non o ogni per perché più "
        "quale quali quando quanto quello questa questo se si sia sono stata stato su sua sue sul sulla suo tra un "
        "una uno"
    ),
    "nl": (
        "aan al alle als bij dan dat de der deze die dit door een en er had heeft het hij hoe hun ik in is kan maar "
        "meer met na naar niet nog of om onder ook op over te tegen tot uit van veel voor waar waarom wanneer waren "
        "was wat welke wie wij worden wordt zich zij zijn zo"
    ),
    "no": (
        "alle at av bare ble da de den denne der det dette du eller en er et etter for fra ha han har hun hva hvem "
        "hvor hvordan hvorfor i ikke jeg kan man med men når og også om opp over på seg sin skal som så til ut var "
        "ved vi vil være"
    ),
    "pt": (
        "a ao aos as até com como da das de do dos e é ela ele eles em entre era essa esse esta está este foi há "
        "isso já mais mas muito na não nas no nos o onde os ou para pela pelo por porque qual quais quando quanto "
        "que quem se sem ser seu seus sobre sua suas são também tem um uma"
    ),
    "ro": (
        "a al ale au ca care ce cel cu cum când dar de din după este fi fost în între la mai nu o pe pentru prin "
        "sau se și sunt un una unde"
    ),
    "ru": (
        "а без бы был была были было быть в во вот все где для до его ее если есть еще же за и из или их к как "
        "какие какой когда кто ли мы на не о об он она они от по почему при с со так то только у чем что эти это я"
    ),
    "sv": (
        "alla att av bara blev de dem den denna det detta där du efter eller en ett för från ha han har hon hur i "
        "inte jag kan man med men när och också om på sedan sig sin ska som så till under upp ut vad var varför vem "
        "vi vid vilka vilken är"
    ),
}
"""By the two-letter tag of the language, with a blank between."""
