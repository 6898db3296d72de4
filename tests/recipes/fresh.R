# Fresh random recipes of recipes, trained and baked here: Rscript tests/recipes/fresh.R FOLDER SEED COUNT
# Each is an RDS (the trained recipe, its raw columns) and a JSON (new rows, what bake() makes of them; numbers with 17 digits in quotes).
args <- commandArgs(TRUE)
folder <- args[1]
set.seed(as.integer(args[2]))
count <- as.integer(args[3])
dir.create(folder, showWarnings = FALSE, recursive = TRUE)
suppressPackageStartupMessages({ library(recipes); library(jsonlite); library(rlang) })
# Of several classes with as many votes ipred draws one; ours is the first.
if (requireNamespace("ipred", quietly = TRUE)) assignInNamespace("uwhich.max", function(x) which.max(x), "ipred")

LABELS <- c("red", "dark blue", "3x", "gr\u00fcn")
draw <- function(rows, missing, strange) {
  data <- tibble::tibble(
    a = rnorm(rows, 50, 20), b = rexp(rows) + 0.1, i = sample(1:9, rows, TRUE), k = sample(0:1, rows, TRUE), u = runif(rows, 0.05, 0.95),
    lon = runif(rows, -60, -30), lat = runif(rows, -30, 5),
    f = factor(sample(LABELS, rows, TRUE, c(0.6, 0.2, 0.15, 0.05)), levels = LABELS), g = factor(sample(c("y", "n"), rows, TRUE), levels = c("n", "y")),
    o = factor(sample(c("lo", "mid", "hi", "max"), rows, TRUE), levels = c("lo", "mid", "hi", "max"), ordered = TRUE),
    s = sample(c("near metro", "old", "sea view"), rows, TRUE), l = sample(c(TRUE, FALSE), rows, TRUE),
    d = as.Date("2021-01-01") + sample(0:1500, rows, TRUE), t = as.POSIXct("2022-03-01", tz = "UTC") + sample(0:5e7, rows, TRUE),
    y = rnorm(rows), cls = factor(sample(c("p", "q", "r"), rows, TRUE)))
  if (missing) for (name in c("a", "b", "i", "f", "o", "s")) data[[name]][sample(rows, max(1, rows %/% 10))] <- NA
  if (strange) data$s[sample(rows, 2)] <- "brand new"
  data
}
NUMBERS <- c("a", "b", "i", "u", "lon", "lat")
some <- function(x, size = sample(1:min(3, length(x)), 1)) sample(x, size)
yes <- function() sample(c(TRUE, FALSE), 1)

PATTERNS <- c("e", "[aeiou]+", "^n|d$", "\\bm\\w+", "(br|ne|se)[a-z ]", "[[:alpha:]]{3}", "\\w+ ", "o.d?")

STEPS <- list(
  dummy = function(r) step_dummy(r, all_of(!!some(c("f", "g", "o", "s"))), one_hot = yes()),
  normalize = function(r) step_normalize(r, all_of(!!some(NUMBERS))),
  center = function(r) step_center(r, all_of(!!some(NUMBERS))),
  scale = function(r) step_scale(r, all_of(!!some(NUMBERS))),
  range = function(r) step_range(r, all_of(!!some(NUMBERS)), min = -1, max = sample(1:3, 1), clipping = yes()),
  zv = function(r) step_zv(r, all_predictors()),
  nzv = function(r) step_nzv(r, all_predictors()),
  corr = function(r) step_corr(r, all_of(!!NUMBERS), threshold = 0.5),
  rm = function(r) step_rm(r, all_of(!!some(c("u", "lat", "l"), 1))),
  rename = function(r) step_rename(r, uu = u),
  select = function(r) step_select(r, all_of(!!some(c(NUMBERS, "k", "f", "g", "o", "s", "l", "d", "t"), 14))),
  impute_mean = function(r) step_impute_mean(r, a, b),
  impute_median = function(r) step_impute_median(r, a, i),
  impute_mode = function(r) step_impute_mode(r, f, o, s),
  impute_linear = function(r) step_impute_linear(r, a, i, impute_with = imp_vars(u, lat, g)),
  impute_knn = function(r) step_impute_knn(r, a, b, i, neighbors = 3, impute_with = imp_vars(u, lat, g, l, k)),
  # The factor's last class is rare: a tree's sample often lacks it.
  impute_bag = function(r) step_impute_bag(r, a, i, f, trees = 5, impute_with = imp_vars(u, lat, g, b)),
  indicate_na = function(r) step_indicate_na(r, a, f, s),
  other = function(r) step_other(r, all_of(!!some(c("f", "s"))), threshold = 0.25),
  novel = function(r) step_novel(r, all_of(!!some(c("f", "s")))),
  unknown = function(r) step_unknown(r, all_of(!!some(c("f", "s", "o")))),
  date = function(r) step_date(r, all_of(!!some(c("d", "t"), 1)), abbr = yes(), label = yes(), keep_original_cols = yes(),
    features = some(c("dow", "doy", "week", "month", "decimal", "quarter", "semester", "year"), 4)),
  time = function(r) step_time(r, t, features = c("am", "hour", "hour12", "minute", "second", "decimal_day"), keep_original_cols = yes()),
  holiday = function(r) step_holiday(r, d, holidays = c("Easter", some(timeDate::listHolidays("US"), 5)), keep_original_cols = yes()),
  mutate = function(r) step_mutate(r, m1 = a / b + i^2, m2 = if_else(g == "y", "yes", "no"), m3 = case_when(a > 60 ~ 1, b < 1 ~ 2, TRUE ~ 0),
    m4 = as.numeric(o), m5 = pmin(a, b, i), m6 = between(a, 20, 70), m7 = f %in% c("red", "3x"), m8 = round(b), m9 = ifelse(l, a, -a),
    m10 = as.integer(a), m11 = coalesce(a, 0), m12 = is.na(f), m13 = log(b, 3), m14 = a %% 7, m15 = as.character(g), m16 = pmax(a, b, na.rm = TRUE),
    m17 = i == "3", m18 = if_else(l != "TRUE", 1, 2), m19 = s == 3),
  log = function(r) step_log(r, b, u, base = sample(c(2, 10, exp(1), 3), 1), offset = sample(c(0, 1), 1)),
  signed_log = function(r) step_log(r, a, signed = TRUE),
  sqrt = function(r) step_sqrt(r, b, u),
  inverse = function(r) step_inverse(r, b, offset = 0.5),
  logit = function(r) step_logit(r, u),
  invlogit = function(r) step_invlogit(r, lat),
  hyperbolic = function(r) step_hyperbolic(r, u, func = sample(c("sinh", "tanh"), 1), inverse = yes()),
  BoxCox = function(r) step_BoxCox(r, u),
  YeoJohnson = function(r) step_YeoJohnson(r, a, lat),
  relu = function(r) step_relu(r, lat, shift = 1, reverse = yes(), smooth = yes()),
  poly = function(r) step_poly(r, u, degree = 3),
  ns = function(r) step_ns(r, u, deg_free = sample(2:5, 1)),
  bs = function(r) step_bs(r, lat, deg_free = sample(4:6, 1), degree = sample(2:3, 1)),
  interact = function(r) step_interact(r, sample(list(~ b:u + lat:i, ~ b:u:i), 1)[[1]]),
  ratio = function(r) step_ratio(r, b, denom = denom_vars(u), keep_original_cols = yes()),
  pca = function(r) step_pca(r, lon, lat, u, num_comp = 2, keep_original_cols = yes(), options = list(center = yes(), scale. = yes())),
  spatialsign = function(r) step_spatialsign(r, lon, lat),
  classdist = function(r) step_classdist(r, lon, lat, class = "cls", pool = yes(), log = yes()),
  geodist = function(r) step_geodist(r, lat = lat, lon = lon, ref_lat = -10, ref_lon = -40, is_lat_lon = yes(), log = yes()),
  integer = function(r) step_integer(r, f, s, zero_based = yes()),
  factor2string = function(r) step_factor2string(r, g),
  string2factor = function(r) step_string2factor(r, s),
  ordinalscore = function(r) step_ordinalscore(r, o),
  unorder = function(r) step_unorder(r, o),
  relevel = function(r) step_relevel(r, g, ref_level = "y"),
  bin2factor = function(r) step_bin2factor(r, k),
  cut = function(r) step_cut(r, u, breaks = c(0.1, 0.5, 0.8), include_outside_range = TRUE),
  discretize = function(r) step_discretize(r, lat, num_breaks = 4),
  regex = function(r) step_regex(r, s, pattern = sample(PATTERNS, 1), result = "has"),
  regex_plain = function(r) step_regex(r, f, pattern = sample(c("RED", "x", "."), 1), result = "has", options = sample(list(list(ignore.case = TRUE), list(fixed = TRUE)), 1)[[1]]),
  count = function(r) step_count(r, s, pattern = sample(PATTERNS, 1), result = "times", normalize = yes()),
  percentile = function(r) step_percentile(r, lon),
  intercept = function(r) step_intercept(r),
  ica = function(r) step_ica(r, lon, lat, u, num_comp = 2)
)
# What people use most is drawn most.
OFTEN <- c(dummy = 8, normalize = 5, zv = 4, date = 4, mutate = 3)
weights <- ifelse(names(STEPS) %in% names(OFTEN), OFTEN[names(STEPS)], 1)

text <- function(x) if (is.factor(x) || is.character(x)) as.character(x) else ifelse(is.na(x), NA, sprintf("%.17g", as.numeric(x)))
write <- function(name, recipe, train, new, baked, chosen) {
  saveRDS(list(recipe = recipe, ptype = train[0, setdiff(names(train), "y")]), file.path(folder, paste0(name, ".RDS")))
  columns <- function(data) lapply(data[setdiff(names(data), "y")], text)
  all <- list(steps = chosen, rows = columns(new), baked = columns(baked))
  writeLines(enc2utf8(toJSON(all, na = "null")), file.path(folder, paste0(name, ".json")), useBytes = TRUE)
}

made <- 0
tries <- 0
while (made < count && tries < 20 * count) {
  tries <- tries + 1
  train <- draw(120, TRUE, FALSE)
  new <- draw(25, yes(), TRUE)
  chosen <- sample(names(STEPS), sample(1:5, 1), prob = weights)
  # step_interact() of a column that a step before it made a factor is refused by name.
  if ("interact" %in% chosen && any(c("cut", "discretize") %in% chosen)) next
  untrained <- recipe(y ~ ., data = train)
  if ("classdist" %in% chosen) untrained <- update_role(untrained, cls, new_role = "class")
  # Not every chain of steps is one that recipes itself can train.
  done <- try(suppressWarnings(suppressMessages({
    for (name in chosen) untrained <- STEPS[[name]](untrained)
    trained <- prep(untrained, train, strings_as_factors = FALSE, retain = FALSE)
    baked <- bake(trained, new)
  })), silent = TRUE)
  if (inherits(done, "try-error")) next
  made <- made + 1
  write(sprintf("%04d", made), trained, train, new, baked, chosen)
}
cat(made, "recipes by recipes", format(packageVersion("recipes")), "\n")
if (made < count) stop("found ", made, " recipes that train, expected ", count)
