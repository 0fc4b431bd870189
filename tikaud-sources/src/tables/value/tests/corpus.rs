//! Values at the edges of the rules, each of which has been somebody's mistake or could be an engine's.

/// A text of this many bytes that ends in another.
fn padded(end: &str, bytes: usize) -> String {
    format!("{end:>bytes$}")
}

pub(super) fn values() -> Vec<Option<String>> {
    let mut values: Vec<String> = FIXED.iter().map(|value| (*value).to_owned()).collect();
    values.extend(addresses_at_limits());
    values.extend(with_every_character());
    values.extend(digests());
    for bytes in [1023, 1024, 1025] {
        values.push(padded("ada@example.com", bytes));
        values.push(padded("+442071838750", bytes));
        values.push(padded("5f3a2b18-9c4d-4e7f-b8e2-17d3a1e69b25", bytes));
        values.push(padded(&"a0".repeat(32), bytes));
        values.push(padded("", bytes));
        values.push("a".repeat(bytes));
        // As many characters of two bytes, and of three.
        values.push("é".repeat(bytes / 2) + &"e".repeat(bytes % 2));
        values.push("é".repeat(bytes));
        values.push("\u{3000}".repeat(bytes / 3) + &" ".repeat(bytes % 3));
    }
    values.push("a".repeat(100_000));
    values.into_iter().map(Some).chain([None]).collect()
}

fn addresses_at_limits() -> Vec<String> {
    let mut values = Vec::new();
    for bytes in [1, 2, 51, 52, 53, 62, 63, 64, 65, 66, 128, 250] {
        let run = "b".repeat(bytes);
        values.push(format!("{run}@example.com"));
        values.push(format!("{}@e.com", "a.".repeat(bytes / 2) + "a"));
        values.push(format!("a@{run}.example"));
        values.push(format!("a@example.{run}"));
        values.push(format!("a@example.{}", "1".repeat(bytes)));
        values.push(format!("a@example.{}x", "1".repeat(bytes)));
        values.push(format!("{run}@{run}.example"));
        values.push(format!("{run}@x.{run}.{run}.example"));
    }
    // Domains of 251 to 256 bytes, and numbers where they end.
    for end in 1..=6 {
        values.push(format!("a@{}{}", "bcdefghij.".repeat(25), "c".repeat(end)));
        values.push(format!("{}@{}{}", "l".repeat(64), "bcdefghij.".repeat(25), "4".repeat(end)));
        values.push(format!("{}@{}c{}", "l".repeat(65), "bcdefghij.".repeat(25), "4".repeat(end)));
    }
    values
}

/// Every character of ASCII, and what engines take for white space, line ends or letters of ASCII, in every place.
fn with_every_character() -> Vec<String> {
    let outside = "\u{80}\u{85}\u{a0}\u{ad}\u{130}\u{131}\u{17f}\u{1680}\u{180e}\u{2003}\u{2028}\u{2029}\u{200b}\u{202f}\
                   \u{205f}\u{212a}\u{3000}\u{feff}\u{ff0b}\u{ff20}\u{fffd}\u{e9}\u{df}\u{1e9e}\u{3a3}\u{660}\u{1f600}";
    let mut values = Vec::new();
    for sign in (0..=127_u8).map(char::from).chain(outside.chars()) {
        values.push(sign.to_string());
        for value in ["ada@example.com", "+442071838750", "5f3a2b18-9c4d-4e7f-b8e2-17d3a1e69b25", DIGEST, MD5] {
            let middle = value.find('@').unwrap_or(8);
            values.push(format!("{sign}{value}"));
            values.push(format!("{value}{sign}"));
            values.push(format!("{}{sign}{}", &value[..middle], &value[middle..]));
            values.push(format!("{}{sign}{}", &value[..=middle], &value[middle + 1..]));
            values.push(format!("{}{sign}", &value[..value.len() - 1]));
        }
        values.push(format!("a{sign}b@example.com"));
        values.push(format!("a@b{sign}c.com"));
        values.push(format!("a@example.c{sign}m"));
    }
    values
}

const DIGEST: &str = "83dc3f5f32b9472613b0f038d36f22585a609d018af6f6067f50da318bf354bd";
const MD5: &str = "5f3a2b189c4d4e7fb8e217d3a1e69b25";

fn digests() -> Vec<String> {
    let of_nothing = [
        "d41d8cd98f00b204e9800998ecf8427e".to_owned(),
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855".to_owned(),
        "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce\
         47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e"
            .to_owned(),
    ];
    let mut values = Vec::new();
    for digest in of_nothing.into_iter().chain([MD5.to_owned(), DIGEST.to_owned(), DIGEST.repeat(2)]) {
        values.push(digest.to_uppercase());
        values.push(format!("\t{digest} \n"));
        values.push(format!("0x{}", &digest[2..]));
        values.push(format!("0X{digest}"));
        values.push(format!("{}g", &digest[1..]));
        values.push(format!("{}é", &digest[2..]));
        values.push(format!("{} {}", &digest[..10], &digest[11..]));
        values.push(format!("{} {}", &digest[..10], &digest[10..]));
        values.push(digest[1..].to_owned());
        values.push(format!("{digest}0"));
        values.push(digest);
    }
    values
}

const FIXED: &[&str] = &[
    "",
    " ",
    "\t\r\n\u{b}\u{c} ",
    "\u{a0}\u{3000}",
    "\0",
    "janedoe@gmail.com",
    "Jane.Doe+Promo.may@Gmail.COM",
    " jane doe @ example . com\t",
    "jane\u{a0}doe@exam\u{2003}ple.com\r\n\u{b}",
    "o'neil/sales=eu_{x}@example.co.uk",
    "a!#$%&'*+/=?^_`{|}~-z@example.com",
    "a@b.c",
    "7@7.example",
    "ada@xn--bcher-kva.example",
    "ada@my--shop.travel",
    "JÜRGEN@example.com",
    "ΑΛΕΞΙΟΣ@example.gr",
    // A Kelvin sign, and a dotted capital I: folded by some into ASCII.
    "mi\u{212a}e@example.com",
    "İnci@example.com",
    "INCI@EXAMPLE.COM",
    "unknown",
    "n/a",
    "a@b",
    "x@@example.com",
    "@bar.com",
    "foo@",
    "@",
    ".@.",
    "a@b@example.com",
    ".a@example.com",
    "a.@example.com",
    "a..b@example.com",
    "a@.example.com",
    "a@example.com.",
    "a@example..com",
    "a@-example.com",
    "a@example-.com",
    "a@example.com-",
    "a@example.-com",
    "a@localhost",
    "a@192.168.0.1",
    "a@[192.168.0.1]",
    "a@example.123",
    "a@example.12c",
    "a@example.c12",
    "a@example.1-2",
    "a@exa_mple.com",
    "a@example.com:25",
    "Ada <ada@example.com>",
    "mailto:ada@example.com",
    "ada@example.com,",
    "ada@example.com;bob@example.com",
    "\"ada\"@example.com",
    "(ada)@example.com",
    "a\\b@example.com",
    "a\\'b@example.com",
    "ada@example.com\n",
    "ada@example.com\nbob@example.com",
    "ada@example.com\u{85}",
    "ada@example.com\u{2028}",
    "+442071838750\u{85}",
    "+promo@example.com",
    "+@example.com",
    ".+promo@example.com",
    "a+@example.com",
    "a+b+c.d@example.com",
    "a.+b@example.com",
    "a.b.c.d@example.com",
    "a@example.com+b",
    "4@4",
    "+442071838750",
    " +442071838750\r\n",
    "+4420 71838750",
    "+1234567",
    "+123456",
    "+123456789012345",
    "+1234567890123456",
    "+0123456789",
    "++442071838750",
    "442071838750",
    "00442071838750",
    "+44207183875O",
    "+４４２０７１８３８７５０",
    "+12345678901234567890123456789012",
    "12345678901234567890123456789012",
    "5f3a2b18-9c4d-4e7f-b8e2-17d3a1e69b25",
    "\t5F3A2B18-9C4D-4E7F-B8E2-17D3A1E69B25 ",
    "00000000-0000-0000-0000-000000000000",
    " 00000000-0000-0000-0000-000000000000",
    "00000000-0000-0000-0000-000000000001",
    "0000000000000-0000-0000-000000000000",
    "{5f3a2b18-9c4d-4e7f-b8e2-17d3a1e69b25}",
    "5f3a2b1-89c4d-4e7f-b8e2-17d3a1e69b25",
    "5f3a2b18-9c4d-4e7f-b8e2-17d3a1e69b2g",
    "5f3a2b18-9c4d-4e7f-b8e2-17d3a1e69b2é",
    "5f3a2b18-9c4d-4e7f-b8e2-17d3a1e69bé",
    "------------------------------------",
];
