"""The functions that an SQL rule may call: values in, a value or rows out, nothing of the world. All others are refused.

Two lists, because SQLGlot knows some functions by a type of its own and leaves others anonymous. Both are positive
on purpose: a new
version of an engine or of SQLGlot adds no function here by itself.
"""

from sqlglot import exp

_TYPED_WORDS = """
And Or Xor Not Case If Cast TryCast Try Coalesce Nullif EqualNull Exists Columns Nvl2 Greatest Least Typeof Collate Between
Count CountIf Sum Avg Min Max AnyValue First Last ArgMax ArgMin Median Mode Quantile PercentileCont PercentileDisc
ApproxQuantile ApproxDistinct Stddev StddevPop StddevSamp Variance VariancePop Kurtosis Skewness Corr CovarPop CovarSamp
LogicalAnd LogicalOr RegrAvgx RegrAvgy RegrCount RegrIntercept RegrR2 RegrSlope RegrSxx RegrSxy RegrSyy BitwiseAndAgg
BitwiseOrAgg BitwiseXorAgg ArrayAgg ArrayUniqueAgg ArrayConcatAgg GroupConcat Grouping GroupingId CombinedAggFunc RowNumber
Rank DenseRank PercentRank CumeDist Ntile Lag Lead FirstValue LastValue NthValue Abs Ceil Floor Round Trunc Sign Sqrt Cbrt
Pow Exp Ln Log Pi Degrees Radians Factorial Sin Cos Tan Cot Asin Acos Atan Atan2 Sinh Cosh Tanh Asinh Acosh Atanh IsNan IsInf
BitwiseCount Negative Lower Upper Initcap Trim Length ByteLength BitLength Concat ConcatWs Substring Left Right Replace
Repeat Reverse Pad Split SplitPart StrPosition StartsWith EndsWith Contains Translate Ascii Chr Unicode Levenshtein
JarowinklerSimilarity Format StringToArray RegexpLike RegexpILike RegexpFullMatch RegexpExtract RegexpExtractAll
RegexpReplace RegexpSplit RegexpCount RegexpInstr Hex Unhex LowerHex ToBase64 FromBase64 Encode Decode MD5 MD5Digest SHA
SHA1Digest SHA2 SHA2Digest Uuid CurrentDate CurrentTime CurrentTimestamp Localtime Localtimestamp Date Time Timestamp
Datetime DateAdd DateSub DateDiff DateTrunc DateBin DateFromParts TimestampFromParts TimeFromParts DateStrToDate
TimestampTrunc TimestampAdd TimestampSub TimestampDiff TimeAdd TimeSub TimeDiff TimeTrunc Extract Year Quarter Month Week
WeekOfYear Day DayOfMonth DayOfWeek DayOfWeekIso DayOfYear Dayname Monthname Hour Minute Second YearOfWeek YearOfWeekIso
LastDay MakeInterval StrToDate StrToTime StrToUnix TimeToStr TimeToUnix UnixToTime UnixToStr UnixDate UnixSeconds UnixMillis
UnixMicros TsOrDsToDate TsOrDsToTimestamp TsOrDsAdd TsOrDsDiff TsOrDsToTime Array ArrayAll ArrayAny ArrayAppend ArrayConcat
ArrayContains ArrayContainsAll ArrayDistinct ArrayExcept ArrayFilter ArrayFirst ArrayIntersect ArrayLast ArrayMax ArrayMin
ArrayOverlaps ArrayPosition ArrayPrepend ArrayReverse ArraySize ArraySlice ArraySort ArraySum ArrayToString Flatten Transform
Reduce List Map MapKeys MapSize MapFromEntries ToMap VarMap Struct StructExtract Unnest Explode GenerateSeries
GenerateDateArray GenerateTimestampArray JSONExtract JSONExtractScalar JSONExists JSONType JSONKeys JSONFormat
JSONArrayContains ParseJSON JSONArray JSONObject
"""
_TYPED = frozenset(_TYPED_WORDS.split())

_ANONYMOUS_WORDS = """
count_star count_if product fsum favg kahan_sum bool_and bool_or bit_and bit_or bit_xor entropy mad sem max_by min_by
arg_max_null arg_min_null arbitrary approx_count_distinct approx_quantile reservoir_quantile quantile_cont quantile_disc
histogram string_agg list isnan isinf isfinite even gcd lcm mod fdiv divide add subtract multiply xor bit_count nextafter
signbit round_even trunc strlen len length_grapheme lcase ucase ltrim rtrim lpad rpad left_grapheme right_grapheme
substring_grapheme instr strpos position prefix suffix contains starts_with ends_with nfc_normalize strip_accents printf
format string_split str_split string_split_regex str_split_regex regexp_matches regexp_full_match regexp_escape
regexp_extract regexp_extract_all regexp_replace concat ascii ord chr levenshtein editdist3 damerau_levenshtein hamming
mismatches jaccard jaro_similarity jaro_winkler_similarity octet_length bit_length hash md5 md5_number sha1 sha256 base64
to_base64 from_base64 hex unhex bin unbin encode decode url_encode url_decode ifnull nvl nullif date_part
datepart date_trunc datetrunc date_diff datediff date_sub datesub date_add epoch epoch_ms epoch_us epoch_ns era century
decade millennium isodow isoyear yearweek dayname monthname weekday weekofyear last_day make_date make_time make_timestamp
make_timestamptz strftime strptime try_strptime time_bucket age to_timestamp to_days to_hours to_minutes to_months to_seconds
to_weeks to_years julian timezone today list_aggregate list_aggr array_aggregate list_any_value list_append list_avg list_cat
list_concat list_contains list_has list_has_all list_has_any list_count list_distinct list_element list_extract list_filter
list_first list_grade_up list_indexof list_intersect list_last list_max list_median list_min list_position
list_prepend list_product list_reduce list_resize list_reverse list_reverse_sort list_select list_slice list_sort
list_string_agg list_sum list_transform list_unique list_value list_where list_zip array_length array_contains array_distinct
array_unique array_extract array_slice array_sort array_transform array_filter cardinality element_at map map_entries
map_extract map_keys map_values map_contains struct_extract struct_pack struct_keys row unnest range generate_series
json_array_length json_contains json_extract json_extract_string json_exists json_keys json_type json_valid json_value
to_json
"""
_ANONYMOUS = frozenset(_ANONYMOUS_WORDS.split())


def is_harmless(function: exp.Func) -> bool:
    """Whether a rule may call the function."""
    if isinstance(function, exp.Anonymous):
        return function.name.lower() in _ANONYMOUS
    if isinstance(function, exp.ParameterizedAgg | exp.AnonymousAggFunc | exp.CombinedAggFunc):
        return str(function.this).lower() in _ANONYMOUS
    return type(function).__name__ in _TYPED
