#include "definitions/words.h"

#include <algorithm>

#include "support/text.h"
#include "value/enumerations.h"

namespace tripline {
namespace {

/// Strings and times, then integers, other numbers, and booleans, all of them as a page has them;
/// then those that the collector or an enrichment fills in, in the opposite order.
constexpr std::string_view kAtomicFields =
    "app_id|br_colordepth|br_lang|derived_tstamp|doc_charset|domain_sessionid|domain_userid|"
    "dvce_created_tstamp|event|event_format|event_id|event_name|event_vendor|event_version|"
    "mkt_campaign|mkt_clickid|mkt_content|mkt_medium|mkt_network|mkt_source|mkt_term|"
    "name_tracker|os_timezone|page_referrer|page_title|page_url|page_urlfragment|page_urlhost|"
    "page_urlpath|page_urlquery|page_urlscheme|platform|refr_domain_userid|refr_dvce_tstamp|"
    "refr_urlfragment|refr_urlhost|refr_urlpath|refr_urlquery|refr_urlscheme|se_action|"
    "se_category|se_label|se_property|ti_category|ti_currency|ti_name|ti_orderid|"
    "ti_sku|tr_affiliation|tr_city|tr_country|tr_currency|tr_orderid|tr_state|true_tstamp|"
    "user_fingerprint|user_id|useragent|v_tracker|br_viewheight|br_viewwidth|doc_height|"
    "doc_width|domain_sessionidx|dvce_screenheight|dvce_screenwidth|page_urlport|pp_xoffset_max|"
    "pp_xoffset_min|pp_yoffset_max|pp_yoffset_min|refr_urlport|ti_quantity|txn_id|se_value|"
    "ti_price|tr_shipping|tr_tax|tr_total|br_cookies|br_features_director|br_features_flash|"
    "br_features_gears|br_features_java|br_features_pdf|br_features_quicktime|"
    "br_features_realplayer|br_features_silverlight|br_features_windowsmedia|dvce_ismobile|"
    "geo_latitude|geo_longitude|ti_price_base|tr_shipping_base|tr_tax_base|tr_total_base|"
    "base_currency|br_family|br_name|br_renderengine|br_type|br_version|collector_tstamp|"
    "dvce_sent_tstamp|dvce_type|etl_tags|etl_tstamp|event_fingerprint|geo_city|geo_country|"
    "geo_region|geo_region_name|geo_timezone|geo_zipcode|ip_domain|ip_isp|ip_netspeed|"
    "ip_organization|network_userid|os_family|os_manufacturer|os_name|refr_medium|"
    "refr_source|refr_term|user_ipaddress|v_collector|v_etl";

/// Entities that only Enrich adds. No schema but theirs has both a vendor and a name from here.
constexpr std::string_view kVendorsOfEnrich =
    "com.snowplowanalytics.snowplow|com.snowplowanalytics.iglu|com.iab.snowplow|nl.basjes|"
    "org.ietf|org.openweathermap";
constexpr std::string_view kEntitiesOfEnrich =
    "agent_classification|asn|bot_detection|cross_navigation|http_cookie|http_header|"
    "spiders_and_robots|ua_parser_context|validation_info|weather|yauaa_context";

constexpr std::string_view consume_word(std::string_view& list) {
  const std::string_view word = list.substr(0, list.find('|'));
  list.remove_prefix(std::min(word.size() + 1, list.size()));
  return word;
}

constexpr int find_word(std::string_view word, std::string_view list) {
  for (int position = 1; !list.empty(); ++position) {
    if (consume_word(list) == word) return position;
  }
  return 0;
}

constexpr std::size_t kLongestName = 257;  // of what a definition may refer to

/// Levenshtein's distance but for letter case, one row at a time. `b` is no longer than
/// kLongestName.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::size_t row[kLongestName + 1];
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = i;
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (ascii_lower(a[i]) == ascii_lower(b[j]) ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min(replaced, std::min(diagonal, row[j]) + 1);
    }
  }
  return row[b.size()];
}

}  // namespace

List<std::string_view> words_of(std::string_view list) {
  List<std::string_view> words;
  while (!list.empty()) words.push_back(consume_word(list));
  return words;
}

int position_of(std::string_view word, std::string_view list) {
  return find_word(word, list);
}

std::string_view word_at(int position, std::string_view list) {
  std::string_view word;
  for (; position > 0; --position) word = consume_word(list);
  return word;
}

List<std::string_view> atomic_fields() {
  return words_of(kAtomicFields);
}

bool is_atomic_field(std::string_view name) {
  return position_of(name, kAtomicFields) != 0;
}

bool is_unknown_to_browsers(std::string_view name) {
  constexpr int first = find_word("dvce_ismobile", kAtomicFields);
  return position_of(name, kAtomicFields) >= first;
}

ValueType atomic_type(std::string_view name) {
  constexpr int first_integer = find_word("br_viewheight", kAtomicFields);
  constexpr int first_number = find_word("se_value", kAtomicFields);
  constexpr int first_flag = find_word("br_cookies", kAtomicFields);
  constexpr int last_flag = find_word("dvce_ismobile", kAtomicFields);
  constexpr int last_number = find_word("tr_total_base", kAtomicFields);
  const int position = position_of(name, kAtomicFields);
  if (position == 0) return ValueType::none;
  if (name.ends_with("_tstamp")) return ValueType::unix_timestamp;
  if (position < first_integer || position > last_number) return ValueType::string_;
  if (position < first_number) return ValueType::int64;
  return position < first_flag || position > last_flag ? ValueType::double_ : ValueType::boolean;
}

ValueType property_type(const Property& property) {
  if (property.date_part != DatePart::none) {
    return is_numeric_part(property.date_part) ? ValueType::int64 : ValueType::string_;
  }
  if (property.source == Property::Source::atomic) return atomic_type(property.name);
  if (property.operation == Operation::concat) return ValueType::string_;
  if (is_arithmetic(property.operation)) return ValueType::double_;
  if (property.operation == Operation::none) return ValueType::none;
  for (const Property& operand : property.properties) {
    const ValueType type = operand_type(operand);
    if (type != ValueType::none) return type;
  }
  return ValueType::none;
}

ValueType operand_type(const Property& property) {
  const ValueType type = property_type(property);
  return type == ValueType::unix_timestamp ? ValueType::string_ : type;
}

bool is_entity_of_enrich(std::string_view vendor, std::string_view name) {
  return position_of(name, kEntitiesOfEnrich) != 0 && position_of(vendor, kVendorsOfEnrich) != 0;
}

bool is_time_field(std::string_view name) {
  return atomic_type(name) == ValueType::unix_timestamp;
}

Text suggestion(std::string_view word, std::span<const std::string_view> candidates) {
  if (word.size() > kLongestName) return {};
  std::size_t fewest = std::max<std::size_t>(2, word.size() / 3) + 1;
  std::string_view nearest;
  for (const std::string_view candidate : candidates) {
    const std::size_t edits = edit_distance(candidate, word);
    if (edits >= fewest) continue;
    fewest = edits;
    nearest = candidate;
  }
  return nearest.empty() ? Text() : concat({"; did you mean '", nearest, "'?"});
}

}  // namespace tripline
