//! Records and faults from JSON files.

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use serde::de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use crate::fake::Fake;
use crate::fault::{Fault, Hint, Payload, Step, When};
use crate::names;
use crate::vendors::Vendor;

/// Records and faults for the fakes of one or more vendors, as the binary reads them from files.
///
/// ```
/// use crm_fake::{Setup, Vendor};
///
/// let setup = Setup::records("seed.json", r#"{"hubspot": {"contacts": [{"email": "ada@example.com"}]}}"#)?;
/// assert_eq!(setup.vendors(), [Vendor::HubSpot]);
///
/// let faults = r#"{"hubspot": [
///     {"fault": {"status": {"code": 503}}, "on": "contacts.list", "times": 2},
///     {"fault": {"rate_limited": {"retry_after": 0.5}}}
/// ]}"#;
/// Setup::faults("faults.json", faults)?;
///
/// let wrong = r#"{"hubspot": [{"fault": "html", "on": "contact.list"}]}"#;
/// let error = Setup::faults("faults.json", wrong).unwrap_err();
/// assert!(error.to_string().contains("faults.json: hubspot has no operation `contact.list`; did you mean `contacts.list`"));
/// # Ok::<(), crm_fake::SetupError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Setup {
    records: Vec<(Vendor, Vec<(String, Value)>)>,
    steps: Vec<(Vendor, Vec<Step>)>,
}

/// A file that cannot be used. Its text names the file, the line and the member.
#[derive(Debug)]
pub struct SetupError {
    file: String,
    problem: serde_json::Error,
}

impl Setup {
    /// Reads records: an object with the name of a vendor, in it the name of a collection as [`Fake::insert`] takes it, and
    /// in it a list of records. Records of HubSpot define their properties as texts, unless `properties:contacts` and so on
    /// has the properties. `file` is the name for errors.
    ///
    /// # Errors
    ///
    /// If the text is not JSON, or names a vendor or a collection that does not exist.
    pub fn records(file: &str, text: &str) -> Result<Self, SetupError> {
        Ok(Self { records: read(file, text)?, steps: Vec::new() })
    }

    /// Reads faults: an object with the name of a vendor and in it a list of steps. A step has `fault` (it lets a request
    /// through if there is none) and may have `on`, `times` and `applied`, as in [`Fault::on`] and so on. The names of
    /// faults are those of [`Fault`] in `snake_case`. `file` is the name for errors.
    ///
    /// # Errors
    ///
    /// If the text is not JSON, has an unknown member, or names a vendor or an operation that does not exist.
    pub fn faults(file: &str, text: &str) -> Result<Self, SetupError> {
        Ok(Self { records: Vec::new(), steps: read(file, text)? })
    }

    /// The vendors that it has something for.
    pub fn vendors(&self) -> Vec<Vendor> {
        let of_records = self.records.iter().map(|(vendor, _)| *vendor);
        let mut vendors: Vec<Vendor> = of_records.chain(self.steps.iter().map(|(vendor, _)| *vendor)).collect();
        vendors.sort_unstable();
        vendors.dedup();
        vendors
    }

    /// Gives a fake what is for its vendor.
    pub fn apply(&self, fake: &Fake) {
        for (_, records) in self.records.iter().filter(|(vendor, _)| *vendor == fake.vendor()) {
            for (collection, record) in records {
                if records.iter().any(|(other, _)| *other == format!("properties:{collection}")) {
                    fake.insert(collection, record.clone());
                } else {
                    fake.insert_defined(collection, record.clone());
                }
            }
        }
        for (_, steps) in self.steps.iter().filter(|(vendor, _)| *vendor == fake.vendor()) {
            fake.script(steps.iter().cloned());
        }
    }
}

impl fmt::Display for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.file, self.problem)
    }
}

impl std::error::Error for SetupError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.problem)
    }
}

/// The part of a file for one vendor.
trait Part: Sized {
    fn read<'de, D: Deserializer<'de>>(vendor: Vendor, file: D) -> Result<Self, D::Error>;
}

fn read<P: Part>(file: &str, text: &str) -> Result<Vec<(Vendor, P)>, SetupError> {
    let mut json = serde_json::Deserializer::from_str(text);
    let read = json.deserialize_map(Vendors(PhantomData)).and_then(|read| json.end().map(|()| read));
    read.map_err(|problem| SetupError { file: file.to_owned(), problem })
}

struct Vendors<P>(PhantomData<P>);

impl<'de, P: Part> Visitor<'de> for Vendors<P> {
    type Value = Vec<(Vendor, P)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with the names of vendors")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = Vec::new();
        while let Some(name) = map.next_key::<String>()? {
            let vendor = Vendor::from_name(&name).ok_or_else(|| {
                let known = Vendor::ALL.iter().map(|vendor| vendor.name().to_owned());
                A::Error::custom(format!("`{name}` is not a vendor{}", names::suggestion(&name, known)))
            })?;
            found.push((vendor, map.next_value_seed(For(vendor, PhantomData))?));
        }
        Ok(found)
    }
}

struct For<P>(Vendor, PhantomData<P>);

impl<'de, P: Part> DeserializeSeed<'de> for For<P> {
    type Value = P;

    fn deserialize<D: Deserializer<'de>>(self, file: D) -> Result<P, D::Error> {
        P::read(self.0, file)
    }
}

impl Part for Vec<(String, Value)> {
    fn read<'de, D: Deserializer<'de>>(vendor: Vendor, file: D) -> Result<Self, D::Error> {
        file.deserialize_map(Collections(vendor))
    }
}

struct Collections(Vendor);

impl<'de> Visitor<'de> for Collections {
    type Value = Vec<(String, Value)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with lists of records")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = Vec::new();
        while let Some(name) = map.next_key::<String>()? {
            names::collection(self.0, &name).map_err(A::Error::custom)?;
            let records: Vec<Map<String, Value>> = map.next_value()?;
            found.extend(records.into_iter().map(|record| (name.clone(), Value::Object(record))));
        }
        Ok(found)
    }
}

impl Part for Vec<Step> {
    fn read<'de, D: Deserializer<'de>>(vendor: Vendor, file: D) -> Result<Self, D::Error> {
        file.deserialize_seq(Steps(vendor))
    }
}

struct Steps(Vendor);

impl<'de> Visitor<'de> for Steps {
    type Value = Vec<Step>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of faults")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut found = Vec::new();
        while let Some(step) = list.next_element::<StepFile>()? {
            let step = step.made().map_err(A::Error::custom)?;
            names::step(self.0, None, &step).map_err(A::Error::custom)?;
            found.push(step);
        }
        Ok(found)
    }
}

/// A step as it is written in a file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StepFile {
    fault: Option<FaultFile>,
    on: Option<String>,
    times: Option<u32>,
    #[serde(default)]
    applied: bool,
}

/// A fault as it is written in a file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
enum FaultFile {
    RateLimited { retry_after: Option<f64> },
    Status { code: StatusFile, body: Option<Value> },
    Accepted202 { times: u32 },
    MultiStatus { rows: Vec<usize> },
    Slow { seconds: f64 },
    Drip { every: f64, bytes: usize },
    CutBody { after: usize },
    WrongContentLength,
    NotJson,
    Html,
    Reset { when: WhenFile },
    Redirect { code: StatusFile, to: String },
    Utf16,
    Body(Value),
    RepeatCursor,
}

#[derive(Deserialize)]
#[serde(try_from = "u16")]
struct StatusFile(u16);

impl TryFrom<u16> for StatusFile {
    type Error = String;

    fn try_from(code: u16) -> Result<Self, String> {
        if (200..=599).contains(&code) {
            Ok(Self(code))
        } else {
            Err(format!("{code} is not a status between 200 and 599"))
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum WhenFile {
    BeforeReply,
    AfterHeaders,
    AfterReply,
}

impl StepFile {
    fn made(self) -> Result<Step, String> {
        let mut step = self.fault.map_or_else(|| Ok(Step::pass()), |fault| fault.made().map(Step::from))?;
        step.operation = self.on;
        step.applied = self.applied;
        Ok(match self.times {
            Some(times) => step.times(times),
            None => step,
        })
    }
}

impl FaultFile {
    fn made(self) -> Result<Fault, String> {
        let seconds = |member: &str, seconds: f64| {
            let time = Duration::try_from_secs_f64(seconds);
            time.map_err(|_| format!("`{member}` must be a number of seconds of at least 0, not {seconds}"))
        };
        Ok(match self {
            Self::RateLimited { retry_after } => {
                let wait = retry_after.map(|wait| seconds("retry_after", wait)).transpose()?;
                Fault::RateLimited { hint: wait.map(Hint::RetryAfterFraction) }
            }
            Self::Status { code, body } => Fault::Status(code.0, body.map_or(Payload::Vendor, Payload::Json)),
            Self::Accepted202 { times } => Fault::Accepted202 { times, body: Payload::Empty },
            Self::MultiStatus { rows } => Fault::MultiStatus(rows),
            Self::Slow { seconds: delay } => Fault::Slow(seconds("seconds", delay)?),
            Self::Drip { bytes: 0, .. } => return Err("`bytes` must be at least 1".to_owned()),
            Self::Drip { every, bytes } => Fault::Drip { every: seconds("every", every)?, bytes },
            Self::CutBody { after } => Fault::CutBody { after },
            Self::WrongContentLength => Fault::WrongContentLength,
            Self::NotJson => Fault::NotJson,
            Self::Html => Fault::Html,
            Self::Reset { when } => Fault::Reset {
                when: match when {
                    WhenFile::BeforeReply => When::BeforeReply,
                    WhenFile::AfterHeaders => When::AfterHeaders,
                    WhenFile::AfterReply => When::AfterReply,
                },
            },
            Self::Redirect { code, to } => Fault::Redirect(code.0, to),
            Self::Utf16 => Fault::Utf16,
            Self::Body(body) => Fault::Body(body),
            Self::RepeatCursor => Fault::RepeatCursor,
        })
    }
}
