//! Analytics reports: checked before they are sent, and paged.

use std::fmt::Display;

use crm_core::{
    Call, CallOptions, Error, Map, Next, PageContext, PageFacts, Paged, Pages, Paginator, Paging, PagingKind, Position,
    RawReply,
};

use crate::analytics::Analytics;
use crate::types::{
    AnalyticsBreakdown, AnalyticsBreakdownBy, AnalyticsContentType, AnalyticsMetrics, AnalyticsObjectType,
    AnalyticsReport, AnalyticsTotals, SortDirection, TimePeriod,
};

/// Subject of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Report {
    /// The whole site, broken down by sources, countries, campaigns …
    Breakdown(AnalyticsBreakdownBy),
    /// Forms, pages, events, social assists.
    Objects(AnalyticsObjectType),
    /// Hosted content of one type.
    Content(AnalyticsContentType),
    /// The sources of one page.
    PageSources(AnalyticsContentType, String),
    /// The sources of one blog.
    BlogSources(AnalyticsContentType, String),
}

impl From<AnalyticsBreakdownBy> for Report {
    fn from(by: AnalyticsBreakdownBy) -> Self {
        Self::Breakdown(by)
    }
}

impl From<AnalyticsObjectType> for Report {
    fn from(kind: AnalyticsObjectType) -> Self {
        Self::Objects(kind)
    }
}

impl From<AnalyticsContentType> for Report {
    fn from(kind: AnalyticsContentType) -> Self {
        Self::Content(kind)
    }
}

impl Analytics {
    /// Returns any report, from one day to another, both included and in the form `YYYYMMDD`.
    ///
    /// The other methods send their arguments unchecked. This one is checked first: the dates, and that
    /// a report by day, week or month has the parts to include ([`keep`](ReportCall::keep)), without
    /// which HubSpot refuses it. A part is one line of the report, for example a source, a country or a page.
    ///
    /// ```no_run
    /// # async fn example(client: hubspot_client::Client) -> Result<(), hubspot_client::Error> {
    /// use hubspot_client::types::{AnalyticsBreakdownBy::Sources, TimePeriod};
    ///
    /// let analytics = client.analytics();
    /// let mut parts = analytics.report(Sources, TimePeriod::Total, 20260101, 20260331).items();
    /// while let Some(part) = parts.next().await {
    ///     println!("{:?}", part?.visits);
    /// }
    /// let days = analytics.report(Sources, TimePeriod::Daily, 20260101, 20260131).keep(["organic"]).timeline().await?;
    /// # let _ = days;
    /// # Ok(())
    /// # }
    /// ```
    pub fn report(
        &self,
        report: impl Into<Report>,
        period: impl Into<TimePeriod>,
        start: impl Display,
        end: impl Display,
    ) -> ReportCall {
        let (report, period) = (report.into(), period.into());
        let (start, end) = (start.to_string(), end.to_string());
        let timeline = matches!(period, TimePeriod::Daily | TimePeriod::Weekly | TimePeriod::Monthly);
        let whole = report == Report::Breakdown(AnalyticsBreakdownBy::Totals);
        let span = check_span(&start, &end);
        let call: Call<AnalyticsReport> = match report {
            Report::Breakdown(by) => self.get_breakdown_report(by, period, start, end).into(),
            Report::Objects(kind) => self.get_objects_report(kind, period, start, end).into(),
            Report::Content(kind) => self.get_content_report(kind, period, start, end).into(),
            Report::PageSources(kind, page) => self.get_page_sources(kind, page, period, start, end).into(),
            Report::BlogSources(kind, blog) => self.get_content_group_sources(kind, blog, period, start, end).into(),
        };
        let call = match span {
            Ok(()) => call,
            Err(fault) => call.refuse(fault),
        };
        ReportCall { call, timeline, whole }
    }
}

/// A report with its options.
#[derive(Clone, Debug)]
#[must_use = "nothing is sent before `send`"]
pub struct ReportCall {
    call: Call<AnalyticsReport>,
    timeline: bool,
    /// True if the report has only one part, so that there is nothing to choose.
    whole: bool,
}

impl ReportCall {
    fn set(mut self, change: impl FnOnce(Call<AnalyticsReport>) -> Call<AnalyticsReport>) -> Self {
        self.call = change(self.call);
        self
    }

    /// Includes only these parts (`f`). Reports by day, week or month need at least one.
    pub fn keep(self, parts: impl IntoIterator<Item = impl Display>) -> Self {
        let parts = texts(parts);
        self.set(|call| call.set_query("f", &parts))
    }

    /// Excludes these parts (`e`).
    pub fn leave_out(self, parts: impl IntoIterator<Item = impl Display>) -> Self {
        let parts = texts(parts);
        self.set(|call| call.set_query("e", &parts))
    }

    /// Breaks one part down further (`d1`). Not in Starter plans.
    pub fn within(self, part: impl Display) -> Self {
        self.set(|call| call.set_query("d1", &part.to_string()))
    }

    /// Breaks one of those parts down further (`d2`). Not in Starter plans.
    pub fn and_within(self, part: impl Display) -> Self {
        self.set(|call| call.set_query("d2", &part.to_string()))
    }

    /// Uses only the data of an analytics view.
    pub fn view(self, id: impl Display) -> Self {
        self.set(|call| call.set_query("filterId", &id.to_string()))
    }

    /// Sorts the parts by a metric, for example `visits`.
    pub fn sort_by(self, figure: impl Display, direction: SortDirection) -> Self {
        self.set(|call| call.set_query("sort", &figure.to_string()).set_query("sortDir", &direction))
    }

    /// Sets the maximum number of parts per page. Not for reports by day, week or month.
    pub fn limit(self, parts: u32) -> Self {
        self.set(|call| call.set_query("limit", &parts))
    }

    /// Sets options for this call only.
    pub fn with(self, options: CallOptions) -> Self {
        self.set(|call| call.with(options))
    }

    /// Sends and reads the report in either of its two forms.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Validation`](crate::ErrorKind::Validation), also for more than 500 points in time (413) and more
    /// than two million parts (501); [`ErrorKind::Permission`](crate::ErrorKind::Permission) if the account's plan has
    /// no such report.
    pub async fn send(self) -> Result<AnalyticsReport, Error> {
        self.checked().send().await
    }

    /// Does the same as [`send`](Self::send), without reading the reply.
    ///
    /// # Errors
    ///
    /// The same as [`send`](Self::send), except that the body is not read.
    pub async fn send_raw(self) -> Result<RawReply, Error> {
        self.checked().send_raw().await
    }

    /// Sends a report over the whole period and reads its first page, with the totals.
    ///
    /// # Errors
    ///
    /// The same as [`send`](Self::send), and [`ErrorKind::Decode`](crate::ErrorKind::Decode) if it is a report by time.
    pub async fn totals(self) -> Result<AnalyticsTotals, Error> {
        let call = self.checked();
        let op = call.op();
        match call.send().await? {
            AnalyticsReport::AnalyticsTotals(totals) => Ok(*totals),
            _ => Err(Error::decode("the report has no totals, it is one by time").with_operation(op)),
        }
    }

    /// Sends a report by time and reads it: the parts of each day, week or month. The keys are
    /// first days in the form `YYYY-MM-DD`.
    ///
    /// # Errors
    ///
    /// The same as [`send`](Self::send), and [`ErrorKind::Decode`](crate::ErrorKind::Decode) if it is a report over the
    /// whole period.
    pub async fn timeline(self) -> Result<Map<Vec<AnalyticsMetrics>>, Error> {
        let call = self.checked();
        let op = call.op();
        match call.send().await? {
            AnalyticsReport::AnalyticsTimeline(timeline) => Ok(*timeline),
            _ => Err(Error::decode("the report is not one by time").with_operation(op)),
        }
    }

    /// Returns all parts of a report over the whole period, as a stream; pages are fetched as needed.
    pub fn items(self) -> Paginator<TotalsPages> {
        Paginator::new(self.paged())
    }

    /// Returns the pages of a report over the whole period, as a stream.
    pub fn pages(self) -> Pages<TotalsPages> {
        Pages::new(self.paged())
    }

    fn checked(self) -> Call<AnalyticsReport> {
        if self.timeline && !self.whole && self.call.query_value("f").is_none() {
            let fault =
                "a report by day, week or month needs to be told what to keep: at least one part, with keep(..)";
            return self.call.refuse(fault);
        }
        self.call
    }

    fn paged(self) -> Call<AnalyticsReport> {
        if self.timeline {
            return self.call.refuse("a report by day, week or month has no pages; use timeline()");
        }
        self.call
    }
}

/// Paging of reports over the whole period. A part is one line of the report, for example a source, a country or a page.
/// The number of parts is the position of the next page, unless the reply contains it.
#[derive(Debug, Clone, Copy)]
pub struct TotalsPages;

impl Paged for TotalsPages {
    type Page = AnalyticsReport;
    type Item = AnalyticsBreakdown;
    const PAGING: Option<&'static Paging> =
        Some(&Paging { limit: Some("limit"), ..Paging::new(PagingKind::Offset, &["offset"]) });

    fn facts(page: &Self::Page) -> PageFacts {
        let count = match page {
            AnalyticsReport::AnalyticsTotals(totals) => totals.breakdowns.len(),
            _ => 0,
        };
        PageFacts { count: Some(count), ..PageFacts::default() }
    }

    fn advance(page: &Self::Page, _: PageFacts, cx: &PageContext<'_>) -> Next {
        let first = !matches!(cx.at(), Position::Offset(_));
        let AnalyticsReport::AnalyticsTotals(totals) = page else {
            return if first { Next::End } else { Next::Lost };
        };
        let number = |figure: Option<i64>| figure.and_then(|figure| u64::try_from(figure).ok());
        let total = number(totals.total);
        // Without a useful offset the parts are counted.
        let told = number(totals.offset).filter(|next| match cx.at() {
            Position::Offset(current) => next > current,
            _ => *next > 0,
        });
        match told {
            // A page that was announced contains at least the number of parts.
            _ if cx.received() == 0 && total.is_none() && !first => Next::Lost,
            Some(next) if cx.received() == 0 || total.is_some_and(|total| next >= total) => Next::End,
            Some(next) => Next::At(Position::Offset(next)),
            None => cx.offset(total, None),
        }
    }

    fn items(page: Self::Page) -> Vec<Self::Item> {
        match page {
            AnalyticsReport::AnalyticsTotals(totals) => totals.breakdowns,
            _ => Vec::new(),
        }
    }
}

fn texts(parts: impl IntoIterator<Item = impl Display>) -> Vec<String> {
    parts.into_iter().map(|part| part.to_string()).collect()
}

/// Checks that both are days and in order.
fn check_span(start: &str, end: &str) -> Result<(), &'static str> {
    for day in [start, end] {
        let digits = day.len() == 8 && day.bytes().all(|byte| byte.is_ascii_digit());
        let (month, date) = if digits { (&day[4..6], &day[6..]) } else { ("", "") };
        if !("01"..="12").contains(&month) || !("01"..="31").contains(&date) {
            return Err("start and end of a report are days, written as YYYYMMDD");
        }
    }
    if start > end {
        return Err("a report ends before it starts");
    }
    Ok(())
}
