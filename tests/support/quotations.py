"""How mail programs of many languages begin what they quote."""

__all__ = ["HEADS", "INTRODUCTIONS", "RULES"]

INTRODUCTIONS = [
    "On Sat, Jan 31, 2026 at 9:12 AM Help <help@shop.example> wrote:",
    "On Sat, Jan 31, 2026 at 9:12 AM Help Desk of the Shop\n<help@shop.example> wrote:",
    "El sáb, 31 ene 2026 a las 9:12, Help (<help@shop.example>) escribió:",
    "Am Sa., 31. Jan. 2026 um 09:12 Uhr schrieb Help <help@shop.example>:",
    "Am 31.01.26 um 09:12 schrieb Help:",
    "Am 31.01.2026 um 09:12 schrieb Help <help@shop.example>:",
    "Le sam. 31 janv. 2026 à 09:12, Help <help@shop.example> a écrit :",
    "Le 31/01/2026 à 09:12, Help a écrit :",
    "Il giorno sab 31 gen 2026 alle ore 09:12 Help <help@shop.example> ha scritto:",
    "Il 31/01/2026 09:12, Help ha scritto:",
    "Em sáb., 31 de jan. de 2026 às 09:12, Help <help@shop.example> escreveu:",
    "A 31/01/2026 às 09:12, Help escreveu:",
    "Help <help@shop.example> escreveu (sábado, 31/01/2026 à(s) 09:12):",
    "Op za 31 jan 2026 om 09:12 schreef Help <help@shop.example>:",
    "Op 31-01-2026 om 09:12 schreef Help:",
    "Den lör 31 jan. 2026 kl 09:12 skrev Help <help@shop.example>:",
    "Den lør. 31. jan. 2026 kl. 09.12 skrev Help <help@shop.example>:",
    "lør. 31. jan. 2026 kl. 09:12 skrev Help <help@shop.example>:",
    "la 31. tammik. 2026 klo 9.12 Help (help@shop.example) kirjoitti:",
    "sob., 31 sty 2026 o 09:12 Help <help@shop.example> napisał(a):",
    "W dniu 31.01.2026 o 09:12, Help pisze:",
    "so 31. 1. 2026 v 9:12 odesílatel Help <help@shop.example> napsal:",
    "Dne 31. 01. 26 v 9:12 Help napsal(a):",
    "so 31. 1. 2026 o 9:12 Help <help@shop.example> napísal(a):",
    "Help <help@shop.example> ezt írta (időpont: 2026. jan. 31., Szo, 9:12):",
    "2026. 01. 31. 9:12 keltezéssel, Help írta:",
    "În sâm., 31 ian. 2026 la 09:12, Help <help@shop.example> a scris:",
    "сб, 31 янв. 2026 г. в 09:12, Help <help@shop.example>:",
    "31.01.2026 09:12, Help пишет:",
    "Суббота, 31 января 2026, 9:12 +03:00 от Help <help@shop.example>:",
    "сб, 31 січ. 2026 р. о 09:12 Help <help@shop.example> пише:",
    "На сб, 31.01.2026 г. в 9:12 Help <help@shop.example> написа:",
    "Στις Σάβ 31 Ιαν 2026 στις 9:12 π.μ., ο/η Help <help@shop.example> έγραψε:",
    "Help <help@shop.example>, 31 Oca 2026 Cmt, 09:12 tarihinde şunu yazdı:",
    "2026年1月31日(土) 9:12 Help <help@shop.example>:",
    "On 2026/01/31 9:12, Help wrote:",
    "Help <help@shop.example> 于2026年1月31日周六 09:12写道：",
    "在 2026年1月31日，09:12，Help <help@shop.example> 写道：",
    "Help <help@shop.example> 於 2026年1月31日 週六 上午9:12寫道：",
    "2026년 1월 31일 (토) 오전 9:12, Help <help@shop.example>님이 작성:",
    "في السبت، 31 يناير 2026 في 9:12 ص تمت كتابة ما يلي بواسطة Help <help@shop.example>:",
    "\u202b\u05d1\u05ea\u05d0\u05e8\u05d9\u05da"
    " \u05e9\u05d1\u05ea, 31 \u05d1\u05d9\u05e0\u05d5\u05f3 2026 \u05d1-9:12 \u05de"
    "\u05d0\u05ea \u202aHelp\u202c\u200f <\u202ahelp@shop.example\u202c\u200f>:\u202c",
    "Vào Th 7, 31 thg 1, 2026 vào lúc 09:12 Help <help@shop.example> đã viết:",
    "Pada tanggal Sab, 31 Jan 2026 pukul 09.12 Help <help@shop.example> menulis:",
    "ในวันที่ ส. 31 ม.ค. 2026 เวลา 09:12 Help <help@shop.example> เขียนว่า:",
    "Missatge de Help <help@shop.example> del dia ds., 31 de gen. 2026 a les 9:12:",
    "2026(e)ko urt. 31(a), lr. 09:12 (Help <help@shop.example>) igorleak hau idatzi zuen:",
]
HEADS = [
    "From: Help <help@shop.example>\nSent: Saturday, January 31, 2026 9:12 AM\n"
    "To: Ana <ana@example.com>\nSubject: Re: Order",
    "Von: Help <help@shop.example>\nGesendet: Samstag, 31. Januar 2026 09:12\n"
    "An: Ana <ana@example.com>\nBetreff: AW: Order",
    "De : Help <help@shop.example>\nEnvoyé : samedi 31 janvier 2026 09:12\n"
    "À : Ana <ana@example.com>\nObjet : RE: Order",
    "De: Help <help@shop.example>\nEnviado: sábado, 31 de enero de 2026 9:12\n"
    "Para: Ana <ana@example.com>\nAsunto: RE: Order",
    "De: Help <help@shop.example>\nEnviado el: sábado, 31 de enero de 2026 9:12\n"
    "Para: Ana <ana@example.com>\nAsunto: RE: Order",
    "Da: Help <help@shop.example>\nInviato: sabato 31 gennaio 2026 09:12\nA: Ana <ana@example.com>\nOggetto: R: Order",
    "De: Help <help@shop.example>\nEnviada em: sábado, 31 de janeiro de 2026 09:12\n"
    "Para: Ana <ana@example.com>\nAssunto: RES: Order",
    "De: Help <help@shop.example>\nEnviado: 31 de janeiro de 2026 09:12\n"
    "Para: Ana <ana@example.com>\nAssunto: RE: Order",
    "Van: Help <help@shop.example>\nVerzonden: zaterdag 31 januari 2026 09:12\n"
    "Aan: Ana <ana@example.com>\nOnderwerp: RE: Order",
    "Från: Help <help@shop.example>\nSkickat: den 31 januari 2026 09:12\nTill: Ana <ana@example.com>\nÄmne: SV: Order",
    "Fra: Help <help@shop.example>\nSendt: 31. januar 2026 09:12\nTil: Ana <ana@example.com>\nEmne: SV: Order",
    "Fra: Help <help@shop.example>\nSendt: lørdag 31. januar 2026 09:12\nTil: Ana <ana@example.com>\nEmne: SV: Order",
    "Lähettäjä: Help <help@shop.example>\nLähetetty: lauantai 31. tammikuuta 2026 9.12\n"
    "Vastaanottaja: Ana <ana@example.com>\nAihe: VS: Order",
    "Od: Help <help@shop.example>\nWysłano: sobota, 31 stycznia 2026 09:12\n"
    "Do: Ana <ana@example.com>\nTemat: ODP: Order",
    "Od: Help <help@shop.example>\nOdesláno: sobota 31. ledna 2026 9:12\n"
    "Komu: Ana <ana@example.com>\nPředmět: RE: Order",
    "Feladó: Help <help@shop.example>\nElküldve: 2026. január 31., szombat 9:12\n"
    "Címzett: Ana <ana@example.com>\nTárgy: RE: Order",
    "De la: Help <help@shop.example>\nTrimis: sâmbătă, 31 ianuarie 2026 09:12\n"
    "Către: Ana <ana@example.com>\nSubiect: RE: Order",
    "От: Help <help@shop.example>\nОтправлено: 31 января 2026 г. 9:12\nКому: Ana <ana@example.com>\nТема: RE: Order",
    "Від: Help <help@shop.example>\nНадіслано: 31 січня 2026 р. 9:12\nКому: Ana <ana@example.com>\nТема: RE: Order",
    "Από: Help <help@shop.example>\nΣτάλθηκε: Σάββατο, 31 Ιανουαρίου 2026 9:12\n"
    "Προς: Ana <ana@example.com>\nΘέμα: RE: Order",
    "Gönderen: Help <help@shop.example>\nGönderildi: 31 Ocak 2026 Cumartesi 09:12\n"
    "Kime: Ana <ana@example.com>\nKonu: RE: Order",
    "Kimden: Help <help@shop.example>\nGönderme Tarihi: 31 Ocak 2026 Cumartesi 09:12\n"
    "Kime: Ana <ana@example.com>\nKonu: RE: Order",
    "差出人: Help <help@shop.example>\n送信日時: 2026年1月31日 9:12\n宛先: Ana <ana@example.com>\n件名: RE: Order",
    "发件人: Help <help@shop.example>\n发送时间: 2026年1月31日 9:12\n收件人: Ana <ana@example.com>\n主题: RE: Order",
    "寄件者: Help <help@shop.example>\n寄件日期: 2026年1月31日 9:12\n收件者: Ana <ana@example.com>\n主旨: RE: Order",
    "보낸 사람: Help <help@shop.example>\n보낸 날짜: 2026년 1월 31일 토요일 9:12\n"
    "받는 사람: Ana <ana@example.com>\n제목: RE: Order",
    "من: Help <help@shop.example>\nتم الإرسال: السبت 31 يناير 2026 9:12\n"
    "إلى: Ana <ana@example.com>\nالموضوع: RE: Order",
    "מאת: Help <help@shop.example>\nנשלח: שבת 31 ינואר 2026 9:12\nאל: Ana <ana@example.com>\nנושא: RE: Order",
    "De: Help <help@shop.example>\nEnviat: dissabte, 31 de gener de 2026 9:12\n"
    "Per a: Ana <ana@example.com>\nAssumpte: RE: Order",
]
RULES = [
    "-----Ursprüngliche Nachricht-----",
    "-------- Ursprüngliche Nachricht --------",
    "-----Message d'origine-----",
    "-----Mensaje original-----",
    "-----Messaggio originale-----",
    "-----Mensagem original-----",
    "-----Oorspronkelijk bericht-----",
    "-----Ursprungligt meddelande-----",
    "-----Oprindelig meddelelse-----",
    "-----Opprinnelig melding-----",
    "-----Alkuperäinen viesti-----",
    "-----Wiadomość oryginalna-----",
    "-----Původní zpráva-----",
    "-----Eredeti üzenet-----",
    "-----Mesaj original-----",
    "-----Исходное сообщение-----",
    "-----Оригинальное сообщение-----",
    "-----Αρχικό μήνυμα-----",
    "-----Özgün İleti-----",
    "-----元のメッセージ-----",
    "-----邮件原件-----",
    "-----原始邮件-----",
    "------------------ 原始邮件 ------------------",
    "------------------ Original ------------------",
    "-----원본 메시지-----",
]
