"""The languages that names and titles are invented in: their commonest words, syllables and shapes of titles. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, eq=False)
class Tongue:
    """One language: lists hold the commonest first."""

    words: tuple[str, ...]
    syllables: tuple[str, ...]
    first_names: tuple[str, ...]
    last_names: tuple[str, ...]
    shapes: tuple[str, ...]  # of titles: each `%` is a word
    endings: tuple[str, ...] = ("",)  # of built words
    endings_of_names: tuple[str, ...] = ("",)
    space: str = " "  # between first and last name
    last_first: bool = False  # the family name comes first
    titled: bool = False  # each word of a title has a capital


def _list(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text.split()))


TONGUES = {
    "en": Tongue(
        titled=True,
        words=_list(
            "love night heart time day baby life world home fire light blue girl dream way eyes rain sun moon "
            "dance good black little man song down soul dark back away red alone summer new one wild sky boy "
            "river angel lost tonight never water road last sweet city star gold free morning true rock free "
            "forever white long high stay christmas money lady feel lonely house hold music king queen devil "
            "heaven hell broken cold burning electric shadow train blood sea stone winter crazy magic ghost "
            "storm bird rose garden mind fall run mirror letter silver midnight paradise ocean hand street face "
            "memory secret mother father brother sister stranger lover dancer sailor soldier wolf horse tiger "
            "snake lion spider butterfly rainbow thunder lightning snow ice smoke dust ash bone skin mouth "
            "voice rhythm drum guitar piano violin kingdom empire village island mountain valley desert forest "
            "bridge tower station room door window kitchen table glass paper velvet diamond pearl cherry honey "
            "sugar wine whiskey coffee cigarette mercury neon plastic radio television telephone satellite "
            "machine engine rocket highway motel diner carnival circus parade party friday saturday sunday "
            "monday january april june july august september october november december spring autumn evening "
            "dawn dusk twilight sunset sunrise horizon wave tide harbour anchor ship sail captain pirate "
            "treasure map compass lantern candle flame spark ember fever poison medicine doctor nurse prayer "
            "church saint sinner ritual temple prophecy oracle witch vampire zombie monster dragon giant dwarf "
            "princess crown throne castle sword shield war peace victory battle gun bullet trigger danger "
            "escape prison freedom justice revolution rebel hero legend myth story book page chapter poem word "
            "silence noise echo whisper scream shout laugh cry tears smile kiss touch breath pulse nerve brain "
            "bones spirit body shoulder finger hair lips tongue teeth shoes dress jacket hat ring chain wheel "
            "car truck bus plane wings feather nest egg seed root leaf branch tree oak willow pine cedar "
            "jasmine lily daisy violet orchid tulip sunflower meadow field farm barn fence gate path trail "
            "corner avenue boulevard square market shop bar club disco stage curtain spotlight camera picture "
            "movie hollywood vegas london paris tokyo berlin memphis nashville brooklyn harlem detroit chicago "
            "texas georgia california mississippi carolina alabama tennessee america africa england mexico "
            "cuba rio havana cairo moscow venus mars jupiter saturn galaxy cosmos universe planet comet orbit "
            "gravity atom signal static frequency voltage circuit code digital virtual future past yesterday "
            "tomorrow today moment hour minute second forever season year century age youth child children "
            "daughter son family friend enemy neighbour teacher student judge thief gambler joker fool clown "
            "beggar boss slave master servant hunter farmer miner cowboy outlaw sheriff drifter wanderer "
            "traveller pilgrim exile orphan widow bride groom wedding funeral birthday holiday vacation "
            "journey odyssey voyage destination distance gravity hollow crooked gentle heavy bitter crimson "
            "pale ancient modern sacred restless fearless careless sleepless weightless golden hidden northern "
            "southern silent endless distant frozen empty first quiet slow fast strange simple perfect "
            "beautiful ugly pretty lovely happy sad mad bad mean cruel kind tender rough smooth soft hard loud "
            "deep shallow wide narrow tall short big small great tiny huge old young rich poor sick tired "
            "drunk sober awake asleep dead alive naked blind deaf numb dizzy hungry thirsty brave afraid "
            "jealous proud guilty innocent famous nobody somebody everybody anyone nothing something "
            "everything anywhere nowhere somewhere everywhere"
        ),
        syllables=_list(
            "ba be bo bra ca cel cor da del do el en fa fen fi ga gre ha hol i ja ka kel la len lo lu ma mar mi "
            "mo na nel no o or pa pel pi ra ren ri ro sa sel sha so ta tel ti to u va vel vi wa wen win ya zel "
            "bright sun mid under over out wind wood"
        ),
        endings=_list("n s ly ing ed er land light ness less y a fall side more"),
        first_names=_list(
            "John David Michael James Chris Paul Mark Tom Daniel Mary Anna Sarah Emma Peter Steve Robert Jack "
            "Sam Joe Kate Laura Alex Ben Luke Nick Matt Ryan Jason Kevin Eric Brian George Charlie Billy Johnny "
            "Tommy Bobby Eddie Frank Ray Lee Max Leo Amy Lucy Alice Grace Julia Nina Eva Rose Ruby Ella Lily "
            "Chloe Sophie Zoe Mia Ava Jade Amber Dawn Joan Judy Carol Linda Susan Nancy Betty Dorothy Martha "
            "Ruth Helen Patti Dolly Loretta Tammy Reba Shania Willie Waylon Merle Hank Buck Otis Aretha Etta "
            "Nathaniel Marvin Stevie Curtis Isaac Quincy Miles Thelonious Duke Count Ornette Dizzy Chet Wes "
            "Herbie Wayne Elvin Mingus Lester Django Blind Muddy Howlin T-Bone Albert Freddie Buddy Jimmy Sonny "
            "Little Big Old Young Lil MC DJ Saint Sister Brother Doctor Professor Captain Lady Queen King"
        ),
        last_names=_list(
            "Smith Johnson Brown Williams Jones Davis Miller Wilson Taylor Moore King Young Green Hill Carter "
            "Scott Baker Adams Nelson Mitchell Parker Evans Collins Stewart Morris Rogers Reed Cook Morgan Bell "
            "Murphy Bailey Cooper Richardson Cox Howard Ward Peterson Gray Watson Brooks Kelly Sanders Price "
            "Bennett Wood Barnes Ross Henderson Coleman Jenkins Perry Powell Long Patterson Hughes Washington "
            "Butler Simmons Foster Bryant Alexander Russell Griffin Hayes Hamilton Graham Sullivan Wallace "
            "Woods Cole West Jordan Owens Reynolds Fisher Ellis Harrison Gibson Marshall Freeman Wells Webb "
            "Simpson Stevens Tucker Porter Hunter Hicks Crawford Henry Boyd Mason Kennedy Warren Dixon Ramos "
            "Burns Gordon Shaw Holmes Rice Robertson Hunt Black Daniels Palmer Mills Grant Knight Ferguson Stone "
            "Dunn Perkins Hudson Spencer Gardner Payne Pierce Berry Matthews Arnold Wagner Willis Watkins Olson "
            "Carroll Duncan Snyder Hart Cunningham Bradley Lane Andrews Ruiz Harper Fox Riley Armstrong "
            "Carpenter Weaver Greene Lawrence Elliott Chavez Sims Austin Peters Kelley Franklin Lawson O'Brien "
            "O'Connor McCartney MacDonald McKenzie St. John Van Zandt De La Cruz D'Angelo"
        ),
        endings_of_names=_list("son sen berg stein ford wood well more ley ton man ova etti ani ez ard aux ström er"),
        shapes=(
            *("% %",) * 9,
            *("%",) * 9,
            *("the %",) * 3,
            *("% of the %", "% in the %", "my %", "% and %", "the % %", "% % %", "i want your %", "the % of %") * 2,
            *("you're my %", "don't %", "% me", "no more %", "% for you", "% on %", "where the % goes", "this %"),
            *("all the % in the %", "what a %", "is this %?", "% (is a %)", "%, %", "% vs. %", "% #9", "100 %s"),
            *("i can't % you", "let's %", "% 'til the %", "oh, %!", "how to % a %", "7 %s", "% at 3 AM", "hey %"),
            *("(you are the) %", "% & %", "%/%", "%... %", "the last %", "one more %", "%, pt. 2", "% no. 5", "% 2000"),
        ),
    ),
    "es": Tongue(
        words=_list(
            "amor corazón noche vida mundo luna sol cielo mar camino fuego sueño canción tiempo agua sangre alma "
            "beso mujer niña niño calle lluvia verano invierno sombra estrella flor ojos mañana tierra viento "
            "recuerdo dolor libertad fiesta baile guitarra piel dios ángel diablo loca loco triste última dulce "
            "eterna perdida salvaje morena señorita cumbia bachata salsa gitana paloma arena playa montaña"
        ),
        syllables=_list(
            "a ba ca co cha da de do e fe ga gua i la le lla lo lu ma me mi mo na ña ni no pa pe qui ra re"
        ),
        endings=_list("do da ción dor miento ero ita"),
        first_names=_list(
            "José Juan Luis Carlos María Ana Julio Pedro Miguel Rosa Lucía Joaquín Alejandro Sofía Chavela"
        ),
        last_names=_list(
            "García Rodríguez Martínez Hernández López González Pérez Sánchez Ramírez Torres Flores Núñez"
        ),
        endings_of_names=_list("ez ero ado ín illo"),
        shapes=(
            "%",
            "%",
            "% %",
            "la % del %",
            "mi %",
            "% de %",
            "el %",
            "sin %",
            "¿dónde está mi %?",
            "¡ay, %!",
            "te %",
        ),
    ),
    "de": Tongue(
        words=_list(
            "Nacht Liebe Herz Leben Welt Licht Regen Sommer Straße Garten Fluss Mädchen Brücke Stern Traum Wald "
            "Schatten Küste Zug Höhe Himmel Feuer Wasser Zeit Tag Morgen Winter Stadt Haus Kind Mutter Freiheit "
            "Sehnsucht Heimat Mond Sonne Wind Meer Tanz Musik Augen Hände Blut Engel Teufel Tränen Weihnacht"
        ),
        syllables=_list(
            "ab al an auf be ber bau berg den der ei er feld fen ge gen haus hei kel ken land le ler lich ling"
        ),
        endings=_list("en er ung heit lein chen"),
        first_names=_list("Hans Peter Klaus Udo Nena Herbert Jürgen Wolfgang Annette Max Felix Lena Jonas Käthe Götz"),
        last_names=_list(
            "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bäcker"
        ),
        endings_of_names=_list("mann er berg stein ke"),
        shapes=(
            "%",
            "%",
            "% und %",
            "die %",
            "mein %",
            "ohne %",
            "% im %",
            "zwischen % und %",
            "wenn der % kommt",
            "%n",
        ),
    ),
    "fr": Tongue(
        words=_list(
            "amour nuit cœur vie été pluie lumière rivière jardin étoile ombre fenêtre rêve forêt mer ciel chanson "
            "hiver route soleil lune temps monde femme enfant fleur rue ville Paris main yeux larmes silence feu "
            "danse musique liberté belle douce noire éternelle légère petite dernière mélancolie hôtel château"
        ),
        syllables=_list(
            "a au ba bou ca cha cou de é fé fleu ga il jou la le lou lu ma mé mi mou na neu no ou pa pé ra ré"
        ),
        endings=_list("tte ère eur ment ance elle ée"),
        first_names=_list("Jean Pierre Michel Françoise Édith Jacques Serge Charles Barbara Zoé Léo Chloé René Hélène"),
        last_names=_list("Martin Bernard Dubois Thomas Robert Richard Petit Durand Leroy Moreau Lefèvre Aubért Noël"),
        endings_of_names=_list("ault eau et ier on"),
        shapes=("%", "%", "la %", "le % de la %", "mon %", "l'%", "% d'%", "sans %", "où est le % ?", "j'ai % ton %"),
    ),
    "pt": Tongue(
        words=_list(
            "amor coração noite chuva verão sonho lua canção caminho manhã estrela sombra praia fogo rio mar saudade "
            "vida mundo céu sol tempo alma menina menino flor samba bossa carnaval paixão solidão água terra vento"
        ),
        syllables=_list(
            "a ba bei ca ção da de do e fa ga i la lei lha lo ma me mi na nei nha no pa ra rei sa são ta te ti"
        ),
        endings=_list("inho inha ção dor mente"),
        first_names=_list("João Maria Antônio Caetano Gilberto Elis Tom Chico Gal Vinícius Jorge Zeca Ana Luísa"),
        last_names=_list("Silva Santos Oliveira Souza Lima Pereira Costa Rodrigues Almeida Gonçalves Araújo Conceição"),
        endings_of_names=_list("eira es inho ão"),
        shapes=("%", "%", "% %", "a % do %", "meu %", "% de %", "o %", "sem %", "aquela %", "não %"),
    ),
    "it": Tongue(
        words=_list(
            "amore cuore notte vita mondo luna sole mare cielo strada sogno canzone tempo acqua anima bacio donna "
            "pioggia estate inverno ombra stella fiore occhi domani terra vento città libertà perché così felicità"
        ),
        syllables=_list(
            "a ba be bel ca che ci co da de di fa fi gia gio la le li lu ma me mi na ne ni no pa pe pie ra re"
        ),
        endings=_list("to ta zione ino ella"),
        first_names=_list("Marco Lucio Mina Adriano Fabrizio Paolo Laura Gianna Vasco Franco Niccolò Ornella"),
        last_names=_list("Rossi Russo Ferrari Esposito Bianchi Romano Colombo Ricci Marino Greco Bruno Conti"),
        endings_of_names=_list("ini elli etti one"),
        shapes=("%", "%", "la %", "il % del %", "mio %", "% di %", "senza %", "un'%", "che %!"),
    ),
    "sv": Tongue(
        words=_list(
            "natt kärlek hjärta sommar ljus sjö höst älv stjärna dröm skog väg måne vår ö bro sång hav regn liv "
            "värld stad himmel eld vatten tid dag morgon vinter flicka pojke röd blå stilla långa"
        ),
        syllables=_list("an be berg da den dal en fal ger gård han he i kal la le lin lund ma mar na nor o ra ren ros"),
        endings=_list("en ar na het ing"),
        first_names=_list("Lars Björn Agnetha Benny Håkan Robyn Åsa Jens Lisa Sven Mårten Östen"),
        last_names=_list("Andersson Johansson Karlsson Nilsson Eriksson Larsson Svensson Lindström Åberg Öberg"),
        endings_of_names=_list("sson ström berg qvist lund"),
        shapes=("%", "%", "% och %", "min %", "en % i %", "den % %", "ingen %", "%en"),
    ),
    "pl": Tongue(
        words=_list(
            "noc miłość serce światło deszcz gwiazda droga łąka rzeka cień sen zima morze księżyc słońce życie świat "
            "niebo ogień woda czas dzień wiatr miasto dom dziewczyna piosenka wolność żal łza"
        ),
        syllables=_list("ba bie cie cho da do dzie go ja je ka ko kra la le łe lo ma mi na nie no o pa po prze ra ro"),
        endings=_list("ka ek ość nie y"),
        first_names=_list("Czesław Marek Ewa Maryla Krzysztof Kasia Małgorzata Zbigniew Grażyna Łukasz"),
        last_names=_list("Nowak Kowalski Wiśniewski Wójcik Kamiński Lewandowski Zieliński Dąbrowski"),
        endings_of_names=_list("ski cki wicz czyk"),
        shapes=("%", "%", "% i %", "moja %", "bez %", "% w %", "to nie %", "ostatnia %"),
    ),
    "tr": Tongue(
        words=_list(
            "gece aşk kalp güneş yağmur yıldız rüya deniz ışık çiçek şarkı gölge yol hayat dünya gökyüzü ateş su zaman "
            "sevgi gözler yalnız sessiz mavi uzun güzel son İstanbul"
        ),
        syllables=_list("a ba bey ça da de er ga gül ha ı il ka kı la le lı ma mü na öz ra sa şa ta tü ya yıl"),
        endings=_list("lar ler lık mak im"),
        first_names=_list("Ahmet Mehmet Sezen Barış Ayşe Tarkan Zeki Müslüm Şebnem Ümit"),
        last_names=_list("Yılmaz Kaya Demir Şahin Çelik Yıldız Öztürk Aydın Arslan"),
        endings_of_names=_list("oğlu lı er soy"),
        shapes=("%", "%", "% %", "benim %", "bir %", "% ve %", "%siz"),
    ),
    "ru": Tongue(
        words=_list(
            "любовь ночь сердце жизнь дождь звезда дорога небо море солнце луна город весна зима лето снег ветер огонь "
            "вода песня мечта время день дом глаза слёзы душа мир свобода война белая чёрный последний ёлка"
        ),
        syllables=_list(
            "ба ве во га да де жу за ка ко ла ле ли ло лю ма ми мо на не ни но па ра ре ро са се со та ти ха я"
        ),
        endings=_list("ка ть ость ный я"),
        first_names=_list("Виктор Владимир Алла Борис Юрий Анна Земфира Иосиф Фёдор Мария Николай Ольга Дмитрий"),
        last_names=_list("Иванов Смирнов Кузнецов Попов Соколов Лебедев Козлов Новиков Морозов Волков Цой Щербаков"),
        endings_of_names=_list("ов ев ин ский ко"),
        shapes=("%", "%", "% %", "% и %", "моя %", "% без %", "не %", "где ты, %?"),
    ),
    "el": Tongue(
        words=_list(
            "αγάπη νύχτα καρδιά ζωή ουρανός θάλασσα ήλιος φεγγάρι αστέρι βροχή δρόμος τραγούδι όνειρο φωτιά νερό"
        ),
        syllables=_list("α βα γι δο ε ζω θα κα κο λα λι μα με νι νο πα ρα σο τα τι φι χα"),
        endings=_list("ς ι α ος"),
        first_names=_list("Γιώργος Μαρία Μάνος Μίκης Ελένη Νίκος Χάρις"),
        last_names=_list("Παπαδόπουλος Γεωργίου Νικολάου Θεοδωράκης Αλεξίου"),
        endings_of_names=_list("ίδης άκης όπουλος"),
        shapes=("%", "%", "% %", "% και %", "η %", "το %"),
    ),
    "ar": Tongue(
        words=_list("حب قلب ليل عين روح حياة شمس قمر بحر نجمة طريق حلم نار ورد حبيبي سلام دنيا يوم صباح مطر غربة شوق"),
        syllables=_list("با بد تا جا حب دا را سا سم شم عا غا فا قم كا لا ما نو ها يا"),
        first_names=_list("محمد أحمد فيروز أم عمرو نانسي كاظم ماجدة وردة عبد"),
        last_names=_list("الحسن العلي المصري الساهر عجرم دياب كلثوم الرومي"),
        shapes=("%", "%", "% %", "يا %", "% و%", "ال%"),
    ),
    "ko": Tongue(
        words=_list(
            "사랑 밤 꿈 하늘 바다 비 눈 별 달 봄 여름 가을 겨울 마음 이별 너 나 우리 시간 길 노래 안녕 그리움 눈물 행복"
        ),
        syllables=_list("가 나 다 라 마 바 사 아 자 하 고 노 도 로 모 보 소 오 구 누 두 루 비 시 이 지 현 은 영 봄"),
        first_names=_list("지은 민수 서연 하준 지민 태형 정국 수지 아이 유진 현우 은지 보라 성훈"),
        last_names=_list("김 이 박 최 정 강 조 윤 장 임 한 오 서 신 권 황"),
        shapes=("%", "%", "% %", "%의 %", "너의 %", "%처럼"),
        space="",
        last_first=True,
    ),
    "ja": Tongue(
        words=_list(
            "夜 空 君 恋 愛 夢 花 雨 雪 風 月 星 海 春 夏 秋 冬 桜 光 心 涙 旅 歌 朝 夕暮れ さよなら ありがとう きみ "
            "ぼく メロディ ラブソング ドライブ サマー 東京 青春 未来 記憶 世界 約束 花火"
        ),
        syllables=_list(
            "あ い う え お か き く こ さ し す せ そ た ち つ て と な に の は ひ ふ ま み む も や ゆ ら り る"
        ),
        first_names=_list("美咲 翔太 葵 陽菜 健 由美 明 恵 あゆみ ひかる さくら なつみ 聖子 達郎 まりや 林檎 玲於奈"),
        last_names=_list(
            "佐藤 鈴木 高橋 田中 伊藤 渡辺 山本 中村 小林 加藤 吉田 山田 松任谷 宇多田 椎名 青木 星野 米津"
        ),
        shapes=("%", "%", "%の%", "%と%", "%に%を", "%を探して", "%, 再び", "% Love", "%〜%〜"),
        space="",
        last_first=True,
    ),
    "zh": Tongue(
        words=_list(
            "爱 夜 月亮 天空 雨 花 风 海 梦 心 星 路 时间 回忆 再见 爱情 故事 城市 朋友 青春 孤独 眼泪 一起 明天"
        ),
        syllables=_list("青 木 夏 美 光 山 川 秋 林 森 中 小 大 东 西 南 北 明 白 红 水 火 云 江 石 天 心 月 风 雨"),
        first_names=_list("杰伦 菲 学友 德华 丽君 小明 依林 奕迅 靖茹 俊杰"),
        last_names=_list("王 李 张 刘 陈 杨 黄 赵 周 吴 徐 孙 林 邓"),
        shapes=("%", "%", "%的%", "我的%", "%%", "不要%"),
        space="",
        last_first=True,
    ),
}

ROMAN = dict(
    one.split("=")
    for one in _list(
        "а=a б=b в=v г=g д=d е=e ё=yo ж=zh з=z и=i й=y к=k л=l м=m н=n о=o п=p р=r с=s т=t у=u ф=f х=kh ц=ts ч=ch ш=sh "
        "щ=shch ъ= ы=y ь= э=e ю=yu я=ya α=a β=v γ=g δ=d ε=e ζ=z η=i θ=th ι=i κ=k λ=l μ=m ν=n ξ=x ο=o π=p ρ=r σ=s ς=s "
        "τ=t υ=y φ=f χ=ch ψ=ps ω=o ά=a έ=e ή=i ί=i ό=o ύ=y ώ=o ا=a ب=b ت=t ج=j ح=h خ=kh د=d ر=r س=s ش=sh ع=a غ=gh "
        "ف=f ق=q ك=k ل=l م=m ن=n ه=h و=w ي=y ة=a أ=a"
    )
)
