"""Reads of the statistics: a selection by reach, its figures over the roll-ups, and its files."""

from fiscal.queries.statistics.articles import SIZE as ARTICLES_SHOWN
from fiscal.queries.statistics.articles import SORTS as ARTICLE_SORTS
from fiscal.queries.statistics.articles import ArticleFilter, ArticlePage
from fiscal.queries.statistics.branches import Branch, BranchPage
from fiscal.queries.statistics.change import Change, change
from fiscal.queries.statistics.completeness import Coverage, DayFill, DayState
from fiscal.queries.statistics.exports import TABLES, detail_size
from fiscal.queries.statistics.mail import ReportMail, turnover_mail
from fiscal.queries.statistics.report import Days, Statistics, statistics
from fiscal.queries.statistics.selection import NoSuchPlace, Selection, Wanted, of_everything, of_organization
from fiscal.queries.statistics.shares import Category, CountryRates
from fiscal.queries.statistics.span import Comparison, Preset, Span, free_span, span_of
from fiscal.queries.statistics.standing import Choice, Standing
from fiscal.queries.statistics.turnover import Figures
from fiscal.queries.statistics.writing import COMMA, SEMICOLON, Dialect, csv_lines, write_xlsx

__all__ = [
    "ARTICLES_SHOWN",
    "ARTICLE_SORTS",
    "COMMA",
    "SEMICOLON",
    "TABLES",
    "ArticleFilter",
    "ArticlePage",
    "Branch",
    "BranchPage",
    "Category",
    "Change",
    "Choice",
    "Comparison",
    "CountryRates",
    "Coverage",
    "DayFill",
    "DayState",
    "Days",
    "Dialect",
    "Figures",
    "NoSuchPlace",
    "Preset",
    "ReportMail",
    "Selection",
    "Span",
    "Standing",
    "Statistics",
    "Wanted",
    "change",
    "csv_lines",
    "detail_size",
    "free_span",
    "of_everything",
    "of_organization",
    "span_of",
    "statistics",
    "turnover_mail",
    "write_xlsx",
]
