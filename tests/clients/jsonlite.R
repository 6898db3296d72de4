# What R's users send by jsonlite: boxed and unboxed values, rows and columns, NA in each of its forms. Bodies go by curl.
library(jsonlite)

targets <- fromJSON(Sys.getenv("CLIENTS_FILE"), simplifyDataFrame = FALSE)
counts <- c(passed = 0, failed = 0)

ask <- function(url, body) {
  file <- tempfile()
  on.exit(unlink(file))
  writeLines(body, file, sep = "")
  text <- system2("curl", c("-s", "-S", "-H", shQuote("content-type: application/json"), "--data-binary", paste0("@", file),
                            paste0(url, "/predict")), stdout = TRUE)
  fromJSON(paste(text, collapse = "\n"), simplifyVector = TRUE)
}

check <- function(name, url, body, expected) {
  answer <- tryCatch(ask(url, body), error = function(e) list(detail = conditionMessage(e)))
  if (identical(as.vector(answer$predictions), expected)) {
    counts["passed"] <<- counts["passed"] + 1
  } else {
    counts["failed"] <<- counts["failed"] + 1
    cat("not ok", name, "\n  sent", substr(body, 1, 300), "\n  found", substr(toJSON(answer, auto_unbox = TRUE), 1, 500), "\n")
  }
}

for (server in c("api", "alone")) {
  heart <- targets$heart
  url <- heart[[server]]
  age <- vapply(heart$rows, function(row) as.numeric(row$age), 0)
  frame <- data.frame(age = age)
  expected <- unlist(heart$predictions)
  named <- function(what) paste("jsonlite,", what, "by", server)
  check(named("rows"), url, toJSON(frame, digits = NA), expected)
  check(named("columns"), url, toJSON(frame, dataframe = "columns", digits = NA), expected)
  check(named("values"), url, toJSON(as.matrix(unname(frame)), digits = NA), expected)
  check(named("a list, boxed"), url, toJSON(list(age = age[1]), digits = NA), expected[1])
  check(named("a list, unboxed"), url, toJSON(list(age = age[1]), auto_unbox = TRUE, digits = NA), expected[1])
  check(named("a list of lists, boxed"), url, toJSON(lapply(age, function(one) list(age = one)), digits = NA), expected)
  check(named("instances, a list of lists"), url, toJSON(list(instances = lapply(age, function(one) list(age = one))), digits = NA), expected)
  check(named("instances"), url, toJSON(list(instances = frame), digits = NA), expected)
  check(named("parameters, boxed"), url, toJSON(list(instances = frame, parameters = list(type = "response")), digits = NA), expected)
  check(named("parameters, unboxed"), url,
        toJSON(list(instances = frame, parameters = list(type = "response")), auto_unbox = TRUE, digits = NA), expected)

  mixed <- targets$mixed
  url <- mixed[[server]]
  rows <- mixed$rows
  value <- function(row, name) if (is.null(row[[name]])) NA else row[[name]]
  columns <- lapply(setNames(mixed$features, mixed$features), function(name) sapply(rows, value, name))
  frame <- as.data.frame(columns, stringsAsFactors = FALSE)
  expected <- unlist(mixed$predictions)
  check(named("NA left out of rows"), url, toJSON(frame, digits = NA), expected)
  check(named("NA as null in rows"), url, toJSON(frame, na = "null", digits = NA), expected)
  check(named("NA as a text in rows"), url, toJSON(frame, na = "string", digits = NA), expected)
  check(named("NA in columns"), url, toJSON(frame, dataframe = "columns", digits = NA), expected)
  check(named("NA as null in columns"), url, toJSON(frame, dataframe = "columns", na = "null", digits = NA), expected)
  check(named("NA in values"), url, toJSON(frame, dataframe = "values", digits = NA), expected)
  check(named("NA, factors and instances"), url,
        toJSON(list(instances = transform(frame, size = factor(size))), digits = NA), expected)
}
cat(sprintf("clients: %d passed, %d failed\n", counts["passed"], counts["failed"]))
quit(status = if (counts["failed"] > 0) 1 else 0)
