package pcsim

// nationsEurope is material for made-up companies, one line a country:
//
//	code|company patterns|given names|family names|trades|streets|cities|phone
//
// %F is a family name, %T a trade, %C a city; # in a street is a house number, in
// a phone number a digit. A city is name/state/postal code. A word may carry its
// Latin spelling for domain names behind a tilde. Companies and people are
// invented; cities and their postal codes are real, streets are common names.
const nationsEurope = `
PT|%F %T, Lda.;%T %F S.A.|Inês,Tiago,Beatriz,Duarte,Leonor|Figueiredo,Sarmento,Bacelar,Noronha,Quintela,Vilhena|Cerâmica,Conservas,Cortiça,Têxteis,Vinhos|Rua do Almada #;Avenida da Liberdade #;Rua de Santa Catarina #|Lisboa//1250-096;Porto//4000-069;Braga//4700-311|+351 21# ### ###
DE|%F %T GmbH;%T %F AG|Anneke,Jonas,Frieda,Matthias,Svenja|Hohenfeld,Brandauer,Kestner,Lindqvist,Rademacher,Weißhaupt|Optik,Metallbau,Druck,Logistik,Feinkost|Lindenstraße #;Hafenstraße #;Am Markt #|Bremen//28195;Leipzig//04109;Köln//50667|+49 30 ########
GB|%F %T Ltd;%F & Sons %T Ltd|Harriet,Callum,Imogen,Rhys,Fiona|Ashdown,Penhallow,Thackray,Macrae,Ellwood,Blythe|Bookbinding,Joinery,Brewing,Tailoring,Marine|# High Street;# Station Road;# Mill Lane|Leeds//LS1 5HD;Bristol//BS1 4DJ;Edinburgh//EH2 2BY|0113 496 ####
FR|%T %F SAS;%F %T SARL|Camille,Bastien,Apolline,Thibault,Maëlle|Beaulieu,Fontenay,Marchesseau,Delacour,Vauquelin,Perrault|Imprimerie,Verrerie,Pâtisserie,Textiles,Horlogerie|# Rue Victor Hugo;# Avenue Jean Jaurès;# Place du Marché|Lyon//69002;Nantes//44000;Strasbourg//67000|+33 4 ## ## ## ##
ES|%T %F S.L.;Hermanos %F %T S.A.|Lucía,Gonzalo,Ximena,Iñaki,Rocío|Valdepeñas,Albarracín,Montesinos,Cienfuegos,Urrutia,Salvatierra|Aceites,Cerámicas,Muebles,Calzados,Conservas|Calle Mayor #;Avenida de la Constitución #;Plaza Nueva #|Sevilla//41001;Valencia//46002;Bilbao//48005|+34 95# ### ###
IT|%T %F S.r.l.;Fratelli %F %T S.p.A.|Giulia,Leonardo,Ginevra,Tommaso,Chiara|Bellandi,Castelvetro,Montefiore,Ferrabosco,Santacroce,Valmarana|Marmi,Tessuti,Pelletteria,Ottica,Ceramiche|Via Garibaldi #;Corso Italia #;Via Roma #|Bologna/BO/40121;Torino/TO/10121;Verona/VR/37121|+39 051 ### ####
NL|%F %T B.V.;%T van %F N.V.|Sanne,Joris,Fleur,Thijs,Maartje|Oosterhuis,Waalwijk,Vlaskamp,Zeelenberg,Kuipers,Hollander|Scheepsbouw,Bloemen,Zuivel,Drukkerij,Fietsen|Kerkstraat #;Havenweg #;Molenlaan #|Utrecht//3511 AX;Rotterdam//3011 GA;Groningen//9711 LM|+31 30 ### ####
BE|%T %F NV;%F & Zonen %T BV|Lotte,Maxime,Elise,Wout,Noor|Vandenhove,Lammertyn,Descamps,Hoogstraten,Verbruggen,Delvaux|Brouwerij,Diamant,Chocolade,Textiel,Drukkunst|Nieuwstraat #;Rue de la Loi #;Grote Markt #|Gent//9000;Antwerpen//2000;Liège//4000|+32 9 ### ## ##
CH|%F %T AG;%T %F GmbH|Reto,Annina,Urs,Flurina,Beat|Zurbriggen,Aebischer,Caflisch,Bernasconi,Odermatt,Vuilleumier|Uhren,Präzision,Molkerei,Seilbahnen,Optik|Bahnhofstrasse #;Seestrasse #;Dorfstrasse #|Bern//3011;Luzern//6003;Genève//1204|+41 31 ### ## ##
AT|%F %T GmbH;%T %F KG|Leopold,Magdalena,Valentin,Theresia,Florian|Haslinger,Obermoser,Schwarzenegg,Kirchschlager,Pichlhofer,Rainalter|Holzbau,Glashütte,Mühle,Seilbahnen,Kaffee|Mariahilfer Straße #;Landstraße #;Hauptplatz #|Graz//8010;Linz//4020;Salzburg//5020|+43 316 ######
SE|%F %T AB;%T %F AB|Ebba,Viktor,Saga,Anton,Linnéa|Bergström,Åkerlund,Söderblom,Hjalmarsson,Ekdahl,Lindeborg|Trävaror,Kaffe,Glasbruk,Rederi,Textil|Storgatan #;Kungsgatan #;Järnvägsgatan #|Göteborg//411 08;Uppsala//753 20;Malmö//211 22|+46 31 ### ## ##
NO|%F %T AS;%T %F ASA|Ingrid,Sondre,Astrid,Eirik,Solveig|Fjeldstad,Nordahl,Bråten,Skogheim,Lindøy,Aasgaard|Sjømat,Trevarer,Kraft,Rederi,Brygge|Storgata #;Havnegata #;Kirkeveien #|Bergen//5003;Trondheim//7010;Tromsø//9008|+47 55 ## ## ##
DK|%F %T A/S;%T %F ApS|Freja,Mikkel,Signe,Rasmus,Ida|Kjærgaard,Østerby,Vestergård,Holmblad,Lindskov,Damsgaard|Møbler,Vindkraft,Mejeri,Bryghus,Keramik|Vestergade #;Havnegade #;Algade #|Aarhus//8000;Odense//5000;Aalborg//9000|+45 86 ## ## ##
FI|%F %T Oy;%T %F Oyj|Aino,Eetu,Helmi,Onni,Venla|Koskinen,Järvelä,Mäkipää,Rautavaara,Lehtola,Niinistö|Sahat,Lasi,Kahvi,Telakka,Puu|Hämeenkatu #;Kauppakatu #;Rantatie #|Tampere//33100;Turku//20100;Oulu//90100|+358 3 ### ####
IE|%F %T Ltd;%F & Daughters %T DAC|Aoife,Cormac,Niamh,Tadhg,Saoirse|Kilbride,Gallagher,Rathmines,Devereux,Moynihan,Costello|Linen,Creamery,Distillers,Boatyard,Woollens|# Patrick Street;# Bridge Street;# Quay Road|Cork/Co. Cork/T12 W8KR;Galway/Co. Galway/H91 E2K3;Dublin/Co. Dublin/D02 X285|+353 21 ### ####
PL|%T %F Sp. z o.o.;%F i Synowie %T S.A.|Zofia,Wojciech,Agnieszka,Kacper,Małgorzata|Wiśniowiecki,Zawadzki,Kossakowski,Brzozowski,Łukaszewicz,Dąbrowa|Drukarnia,Meble,Szkło,Browar,Tkaniny|ul. Długa #;ul. Ogrodowa #;ul. Polna #|Kraków//31-147;Gdańsk//80-831;Wrocław//50-106|+48 12 ### ## ##
CZ|%T %F s.r.o.;%F a synové %T a.s.|Eliška,Vojtěch,Zdeňka,Ondřej,Barbora|Hradecký,Skalický,Růžička,Šťastný,Dvořáček,Křižík|Sklárny,Pivovar,Porcelán,Tiskárna,Nábytek|Dlouhá #;Nádražní #;Masarykova #|Brno//602 00;Plzeň//301 00;Olomouc//779 00|+420 54# ### ###
HU|%F %T Kft.;%T %F Zrt.|Réka,Bálint,Zsófia,Gergő,Boglárka|Esterházi,Szentgyörgyi,Vörösváry,Kőrösi,Babits,Füredi|Pincészet,Porcelán,Malom,Nyomda,Üveg|Fő utca #;Petőfi utca #;Kossuth tér #|Budapest//1051;Debrecen//4024;Szeged//6720|+36 1 ### ####
RO|%T %F S.R.L.;%F %T S.A.|Ioana,Andrei,Ilinca,Răzvan,Ștefania|Brâncoveanu,Țepeneag,Lupescu,Mărgineanu,Cantemir,Văcărescu|Mobilă,Sticlărie,Tipografie,Viticultură,Textile|Strada Lungă #;Bulevardul Unirii #;Strada Republicii #|Cluj-Napoca//400001;Brașov//500007;Iași//700028|+40 264 ### ###
GR|%F %T Α.Ε.;%T %F Ε.Π.Ε.|Ελένη,Νίκος,Δέσποινα,Στέλιος,Μυρτώ|Καραγιάννης~karagiannis,Παπαστάθης~papastathis,Βενιζελάκης~venizelakis,Μαυρομάτης~mavromatis,Λαμπράκης~lamprakis|Ελαιόλαδο~oil,Ναυτιλιακή~shipping,Μάρμαρα~marble,Υφάσματα~fabrics|Ερμού #;Λεωφόρος Νίκης #;Αθηνάς #|Αθήνα//105 63;Θεσσαλονίκη//546 24;Πάτρα//262 21|+30 21 #### ####
UA|ТОВ «%F %T»;ПП «%T %F»|Оксана,Тарас,Соломія,Богдан,Лариса|Мельник~melnyk,Шевчук~shevchuk,Гнатюк~hnatiuk,Коваленко~kovalenko,Бойчук~boichuk|Млин~mill,Друкарня~print,Скло~glass,Пасіка~apiary|вул. Городоцька, #;вул. Соборна, #;просп. Миру, #|Львів//79007;Київ//01001;Вінниця//21050|+380 32 ### ####
TR|%F %T A.Ş.;%F %T Ltd. Şti.|Elif,Kerem,Zeynep,Barış,Nazlı|Karahanlı,Şahinkaya,Yıldızeli,Göktürk,Özbayrak,Çamlıbel|Tekstil,Seramik,Zeytincilik,Mobilya,Gemi|Atatürk Caddesi No: #;İnönü Bulvarı No: #;Çınar Sokak No: #|İzmir//35210;Bursa//16010;Ankara//06420|+90 232 ### ## ##
`
