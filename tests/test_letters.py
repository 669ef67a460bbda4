"""Languages that are told by script, by letters and by more small words, for all but ids."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsrv import ids, readers
from feedsrv.newsroom import Newsroom
from feedsrv.readers.language import told as language_told
from feedsrv.reading import Reading
from feedsrv.text.languages import language_name
from tests.conftest import MakeNewsroom, release
from tests.test_languages import TEXTS as TOLD_BY_WORDS

TEXTS = {
    "ar": "يفتح الجسر الجديد يوم الجمعة أمام السيارات والمشاة، وقد طلب سكان الضفة الأخرى هذا الطريق منذ سنوات طويلة.",
    "be": "Новы мост адкрыюць у пятніцу, і не толькі для машын. Жыхары другога берага даўно прасілі пра гэты шлях, каб "
    "хадзіць у горад пешшу ці ездзіць на роверы.",
    "bg": "Новият мост ще бъде открит в петък и не е само за коли. Хората от другия бряг отдавна искаха този път, за "
    "да ходят пеша до града или да карат колело.",
    "ca": "El pont nou s'obre divendres i no és només per als cotxes. Els veïns de l'altra riba demanaven des de fa "
    "anys un camí per anar a peu o amb bicicleta fins al centre.",
    "cs": "Nový most se otevře v pátek a není jen pro auta. Lidé z druhého břehu si tuto cestu přáli už dlouho, aby "
    "mohli chodit do města pěšky nebo jezdit na kole.",
    "el": "Η νέα γέφυρα ανοίγει την Παρασκευή και δεν είναι μόνο για αυτοκίνητα. Οι κάτοικοι "
    "ζητούσαν τον δρόμο χρόνια.",
    "eo": "La nova ponto malfermiĝos vendrede, kaj ĝi ne estas nur por aŭtoj. La loĝantoj de la alia bordo delonge "
    "petis vojon, por ke ili povu iri piede al la urbo.",
    "et": "Uus sild avatakse reedel ja see ei ole ainult autode jaoks. Teise kalda elanikud on seda teed kaua "
    "soovinud, "
    "et minna linna jalgsi või sõita rattaga.",
    "eu": "Zubi berria ostiralean irekiko da eta ez da autoentzat bakarrik. Beste aldeko bizilagunek aspaldi eskatu "
    "zuten bide hau, hirira oinez edo bizikletaz joan ahal izan dute.",
    "fa": "پل تازه روز جمعه باز می شود و تنها برای خودروها نیست. مردم آن سوی رود سال هاست که این راه را می خواستند تا "
    "پیاده به شهر بروند.",
    "ga": "Osclófar an droichead nua Dé hAoine agus ní do charranna amháin é. Bhí an bealach seo ag teastáil ó "
    "mhuintir "
    "an bhruaigh eile le fada, chun siúl go dtí an baile.",
    "he": "הגשר החדש ייפתח ביום שישי, והוא לא רק למכוניות. תושבי הגדה השנייה ביקשו את הדרך הזאת כבר שנים רבות.",
    "hi": "नया पुल शुक्रवार को खुलेगा और यह केवल गाड़ियों के लिए नहीं है। दूसरे किनारे के लोगों ने वर्षों से इस रास्ते की माँग की थी।",
    "hr": "Novi most otvara se u petak i nije samo za automobile. Stanovnici druge obale već su dugo željeli taj put "
    "kako bi mogli pješice ili biciklom doći u grad, koji će biti bliže.",
    "hy": "Նոր կամուրջը կբացվի ուրբաթ օրը, և այն միայն մեքենաների համար չէ։ Մյուս ափի բնակիչները վաղուց էին խնդրում։",
    "id": "Jembatan baru dibuka pada hari Jumat dan tidak hanya untuk mobil. Warga di seberang sungai sudah lama "
    "meminta jalan ini agar dapat berjalan kaki ke kota dengan aman.",
    "ja": "新しい橋は金曜日に開通します。車だけでなく、歩行者も渡ることができます。",
    "km": "ស្ពានថ្មីនឹងបើកនៅថ្ងៃសុក្រ ហើយមិនមែនសម្រាប់តែរថយន្តទេ។",
    "ko": "새 다리는 금요일에 열리며 자동차만을 위한 것이 아닙니다. 건너편 주민들은 오래전부터 "
    "걸어서 시내로 가는 길을 원했습니다.",
    "lo": "ຂົວໃໝ່ຈະເປີດໃນວັນສຸກ ແລະບໍ່ແມ່ນສຳລັບລົດເທົ່ານັ້ນ",
    "lt": "Naujas tiltas atidaromas penktadienį ir jis skirtas ne tik automobiliams. Kito kranto gyventojai seniai "
    "prašė šio kelio, kad galėtų eiti į miestą pėsčiomis.",
    "lv": "Jaunais tilts tiks atklāts piektdien, un tas nav tikai automašīnām. Otra krasta iedzīvotāji jau sen lūdza "
    "šo ceļu, lai varētu iet uz pilsētu kājām.",
    "mk": "Новиот мост се отвора во петок и не е само за автомобили. Луѓето од другиот брег одамна го бараа овој пат "
    "за да одат пешки во градот, кој ќе биде поблизу.",
    "mt": "Il-pont il-ġdid jinfetaħ nhar il-Ġimgħa u mhux għall-karozzi biss. In-nies tax-xatt l-ieħor ilhom żmien "
    "jitolbu din it-triq biex jimxu lejn il-belt.",
    "my": "တံတားအသစ်ကို သောကြာနေ့တွင် ဖွင့်မည်ဖြစ်ပြီး ကားများအတွက်သာ မဟုတ်ပါ။",
    "ne": "नयाँ पुल शुक्रबार खुल्ने छ र यो गाडीको लागि मात्र होइन। अर्को किनारका मानिसहरूले धेरै वर्षदेखि यो बाटो "
    "मागेका थिए र "
    "अब सहर जान सजिलो हुने छ।",
    "sk": "Nový most sa otvorí v piatok a nie je len pre autá. Ľudia z druhého brehu si túto cestu dávno želali, aby "
    "mohli chodiť do mesta pešo alebo jazdiť na bicykli.",
    "sl": "Novi most se odpre v petek in ni samo za avtomobile. Prebivalci drugega brega so si to pot že dolgo želeli, "
    "da bi lahko šli v mesto peš ali s kolesom, ki je varno.",
    "sr": "Нови мост се отвара у петак и није само за аутомобиле. Људи са друге обале су дуго тражили овај пут, да би "
    "могли пешке да дођу у град, који ће бити ближи.",
    "st": "Borokgo bo botjha bo tla bulwa ka Labohlano mme ha se ba dikoloi feela. Batho ba lehlakoreng le leng ba ne "
    "ba batla tsela ena ho ya toropong ka maoto.",
    "ta": "புதிய பாலம் வெள்ளிக்கிழமை திறக்கப்படும், அது கார்களுக்கு மட்டும் அல்ல. மறுகரை மக்கள் பல ஆண்டுகளாக இந்த வழியைக் கேட்டனர்.",
    "th": "สะพานใหม่จะเปิดในวันศุกร์ และไม่ได้มีไว้สำหรับรถยนต์เท่านั้น",
    "tr": "Yeni köprü cuma günü açılıyor ve sadece arabalar için değil. Karşı kıyıda oturanlar, şehre yürüyerek ya da "
    "bisikletle gitmek için bu yolu uzun süredir istiyordu.",
    "uk": "Новий міст відкриють у п'ятницю, і не тільки для машин. Мешканці іншого берега давно просили про цей шлях, "
    "щоб ходити до міста пішки або їздити на велосипеді.",
    "ur": "نیا پل جمعے کو کھلے گا اور یہ صرف گاڑیوں کے لیے نہیں ہے۔ دوسرے کنارے کے لوگ برسوں "
    "سے اس راستے کی مانگ کر رہے تھے۔",
    "yi": "די נײַע בריק װערט געעפֿנט פֿרײַטיק, און זי איז נישט נאָר פֿאַר אויטאָס. די אײַנװוינער האָבן לאַנג געבעטן דעם װעג.",
    "zh": "新桥将于星期五开放,不仅供汽车通行,对岸的居民多年来一直希望能够步行进城。",
}
ANY = Newsroom()


def read(text: str, newsroom: Newsroom = ANY) -> Reading:
    return readers.read("a.md", f"# 2026\n\n{text}\n".encode(), newsroom)


@pytest.mark.parametrize("language", TEXTS)
def test_two_sentences_tell_their_language_among_all(language: str) -> None:
    assert read(TEXTS[language]).release.language == language


@pytest.mark.parametrize("language", TEXTS)
def test_two_sentences_tell_their_language_where_it_is_one_of_two(language: str) -> None:
    assert read(TEXTS[language], Newsroom(languages=("en", language))).release.language == language


@pytest.mark.parametrize("language", TEXTS)
def test_no_language_is_told_that_the_newsroom_does_not_have(language: str) -> None:
    assert read(TEXTS[language], Newsroom(languages=("en", "fr"))).release.language in {"en", "fr"}


@pytest.mark.parametrize("language", TEXTS)
def test_a_few_words_tell_nothing(language: str) -> None:
    few = TEXTS[language][:14]
    assert read(few).release.language == "en"


@pytest.mark.parametrize("language", TEXTS)
def test_a_text_in_two_languages_is_told_as_before(language: str) -> None:
    text = f"{TOLD_BY_WORDS['en']} {TOLD_BY_WORDS['en']} {TEXTS[language]}"
    assert read(text).release.language == "en"


@pytest.mark.parametrize("language", TOLD_BY_WORDS)
@pytest.mark.parametrize("newsroom", [ANY, Newsroom(languages=("en", *TEXTS, *TOLD_BY_WORDS))])
def test_what_small_words_tell_is_told_as_before(language: str, newsroom: Newsroom) -> None:
    reading = read(TOLD_BY_WORDS[language], newsroom)
    assert reading.release.language == language
    assert language == newsroom.language or reading.release.id == f"a-{language}"


ENDINGS = {"be": "ru", "bg": "ru", "eo": "es", "et": "fi", "mk": "ru", "sk": "pl", "uk": "ru"}
"""What small words take some of these texts for. Ids end in it for good."""


@pytest.mark.parametrize("language", TEXTS)
def test_no_id_ends_in_a_language_that_only_letters_tell(language: str) -> None:
    reading = read(TEXTS[language])
    assert reading.release.id == (f"a-{ENDINGS[language]}" if language in ENDINGS else "a")
    assert reading.release.guid == ""
    assert reading.origins["language"].how == "its letters"


@settings(max_examples=100)
@given(
    st.lists(st.sampled_from((*TEXTS, *TOLD_BY_WORDS)), max_size=3),
    st.sampled_from((ANY, Newsroom(languages=("ru", "el")))),
)
def test_what_letters_tell_is_nothing_to_ids_and_translations(languages: list[str], newsroom: Newsroom) -> None:
    text = " ".join((TOLD_BY_WORDS | TEXTS)[language] for language in languages)
    item = read(text, newsroom).release
    told = item.id_language or item.language
    assert item.id == ids.claim("a.md", told, newsroom)
    assert told == language_told("a.md", "", f"2026\n{text}", newsroom).language
    assert item.translation_keys == ("name ./a",)


def test_a_release_is_found_by_the_id_that_it_would_have_if_another_language_were_the_first(
    make_newsroom: MakeNewsroom,
) -> None:
    files = {"a.md": f"# 2026\n\n{TEXTS['uk']}\n"}
    client = make_newsroom(files).client()
    assert client.get("/releases/a").headers["Location"].endswith("/releases/a-ru")
    client = make_newsroom({"newsroom.toml": 'languages = ["ru", "uk", "en"]\n', **files}).client()
    assert client.get("/releases/a").status_code == 200
    assert client.get("/releases/a-ru").headers["Location"].endswith("/releases/a")


def test_what_is_stated_or_named_is_not_told_by_letters() -> None:
    stated = readers.read("a.md", release(lang="fr", body=TEXTS["el"]).encode(), ANY)
    named = readers.read("a.fr.md", release(body=TEXTS["el"]).encode(), ANY)
    assert {stated.release.language, named.release.language} == {"fr"}


@pytest.mark.parametrize(
    ("tag", "name"), [("bg", "Български"), ("sk", "Slovenčina"), ("lv", "Latviešu"), ("th", "ไทย"), ("xx", "xx")]
)
def test_languages_are_called_as_they_call_themselves(tag: str, name: str) -> None:
    assert language_name(tag) == name


def test_a_language_that_letters_tell_is_named_searched_and_fed(make_newsroom: MakeNewsroom) -> None:
    texts = {language: TEXTS[language] for language in ("bg", "el", "tr")}
    files = {f"{language}1.md": f"# 2026\n\n{text}\n" for language, text in texts.items()}
    client = make_newsroom({**files, "b.md": release("The bridge opens")}).client()
    assert '<html lang="bg"' in client.get("/releases/bg1-ru").text
    assert "Български" in client.get("/releases").text
    for language, inflected in {"bg": "мостове", "el": "γέφυρες", "tr": "arabadan"}.items():
        found = json.loads(client.get(f"/search.json?q={inflected}").data)["items"]
        assert [item["language"] for item in found] == [language]
        assert found == json.loads(client.get(f"/search.json?q={inflected}&lang={language}").data)["items"]
        assert len(json.loads(client.get(f"/releases.json?lang={language}").data)["items"]) == 1
