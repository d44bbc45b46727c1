//! Numbers whose digits a JSON number of 64 bits does not keep.

use serde_json::{Number, Value};

use super::{Fault, shown};

/// The fault of a number that may be the digits of an id.
pub(crate) const INEXACT: &str = "is a number with more digits than JSON numbers keep; write it as a text, in quotes";

/// The fault of a number where a text would not be taken.
pub(super) const LONG: &str = "is a number with more digits than JSON numbers keep; write fewer digits";

/// From this number on, not every whole number has a float.
const LARGE: f64 = 9_007_199_254_740_992.0;

/// Returns true if the digits that were written are lost.
pub(crate) fn is_inexact(number: &Number) -> bool {
    number.is_f64() && is_large(number)
}

/// Returns true if a program that keeps all numbers as floats may change the digits.
pub(crate) fn is_large(number: &Number) -> bool {
    number.as_f64().is_some_and(|size| size.abs() >= LARGE)
}

/// Returns a fault for each such number in a value of any form.
pub(crate) fn all(value: &Value, path: &str, is_wrong: fn(&Number) -> bool, text: &str, faults: &mut Vec<Fault>) {
    match value {
        Value::Number(number) if is_wrong(number) => {
            faults.push(Fault { path: path.to_owned(), text: text.to_owned() });
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                all(item, &format!("{path}[{index}]"), is_wrong, text, faults);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                all(member, &format!("{path}.{}", shown(name)), is_wrong, text, faults);
            }
        }
        _ => {}
    }
}

/// Returns the number of a text. The error is the fault of one whose digits would be others. `None` if it is not a number.
pub(super) fn read(text: &str) -> Option<Result<Number, &'static str>> {
    let number = Number::from_f64(text.parse().ok()?)?;
    let is_same = !is_inexact(&number) && digits(text) == digits(&number.to_string());
    Some(if is_same { Ok(number) } else { Err(LONG) })
}

/// Returns the digits of a number without the zeros around them, the sign and the exponent.
fn digits(text: &str) -> String {
    let mantissa = text.split(['e', 'E']).next().unwrap_or_default();
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    digits.trim_matches('0').to_owned()
}
