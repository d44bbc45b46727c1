//! The texts of an input, hidden in a message that may repeat them: as they are, encoded for a URL or for JSON, or cut.

/// The replacement of a text.
const HIDDEN: &str = "[…]";
/// The number of characters from which the beginning of a text counts as the text, where the message was cut.
const SHORTEST: usize = 4;
/// The characters after the end of a message that was cut.
const CUTS: [char; 2] = ['…', ';'];

/// Returns the message without the texts.
pub(super) fn hidden(message: &str, texts: &[String]) -> String {
    texts.iter().flat_map(|text| forms(text)).fold(message.to_owned(), |message, form| without(&message, &form))
}

/// Returns the forms in which a server may repeat a text.
fn forms(text: &str) -> Vec<String> {
    let json = serde_json::Value::from(text).to_string();
    let json = json.get(1..json.len().saturating_sub(1)).unwrap_or(text).to_owned();
    let mut url = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => url.push(char::from(byte)),
            _ => url.push_str(&format!("%{byte:02X}")),
        }
    }
    let form = url.replace("%20", "+");
    // A query and a path may leave some characters as they are.
    let light = text.replace(' ', "%20");
    let mut forms = vec![text.to_owned(), json, url, form, light];
    forms.dedup();
    forms
}

/// Hides a text, and its beginning where the message was cut.
fn without(message: &str, text: &str) -> String {
    let start: String = text.chars().take(SHORTEST).collect();
    let first = start.chars().next().map_or(0, char::len_utf8);
    let (mut shown, mut rest) = (String::new(), message);
    while let Some((before, here)) = rest.find(&start).filter(|_| first > 0).map(|at| rest.split_at(at)) {
        let alike = here.chars().zip(text.chars()).take_while(|(one, other)| one == other);
        let length: usize = alike.map(|(one, _)| one.len_utf8()).sum();
        let (found, after) = here.split_at(length);
        shown.push_str(before);
        if found.len() == text.len() || after.is_empty() || after.starts_with(CUTS) {
            shown.push_str(HIDDEN);
            rest = after;
        } else {
            let (one, after) = here.split_at(first);
            shown.push_str(one);
            rest = after;
        }
    }
    shown + rest
}

#[cfg(test)]
mod tests {
    use super::hidden;

    #[test]
    fn texts_are_hidden_in_every_form() {
        let text = "Ann \"Lee\" Müller";
        for (message, wanted) in [
            ("Ann \"Lee\" Müller exists", "[…] exists"),
            ("{\"name\":\"Ann \\\"Lee\\\" Müller\"}", "{\"name\":\"[…]\"}"),
            ("/x/Ann%20%22Lee%22%20M%C3%BCller/y", "/x/[…]/y"),
            ("?q=Ann+%22Lee%22+M%C3%BCller&a=1", "?q=[…]&a=1"),
            ("said: Ann \"Le…; 1 attempt", "said: […]…; 1 attempt"),
            ("?q=Ann%20%22L; 1 attempt", "?q=[…]; 1 attempt"),
            ("said: Ann \"", "said: […]"),
            ("Annual Ann \"Lea\" An; Anna", "Annual Ann \"Lea\" An; Anna"),
        ] {
            assert_eq!(hidden(message, &[text.to_owned()]), wanted);
        }
        assert_eq!(hidden("ééé€ ééééx", &["éééé".to_owned(), String::new()]), "ééé€ […]x");
    }
}
