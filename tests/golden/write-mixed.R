# Writes mixed models of lme4 as golden files. A row's answer is that of predict() for this row alone: of several rows R adds up the terms
# of random effects in an order that follows from how many groups the rows have.
each_row <- function(model, rows, ...) vapply(seq_len(nrow(rows)), function(i) unname(predict(model, rows[i, , drop = FALSE], ...)), 0)

# `new`: rows with groups that training did not have.
golden_mixed <- function(dir, name, model, rows, new = NULL) {
  write_golden(dir, name, model, "regression", rows, each_row(model, rows, type = "response"), others = if (lme4::isGLMM(model)) list(link = each_row(model, rows)))
  asked <- function(parameters, data, ...) paste0("{\"parameters\":", parameters, if (!identical(data, rows)) paste0(",\"given\":", records(data)),
    ",\"predictions\":", array1(each_row(model, data, type = "response", ...)), "}")
  own <- c(asked("{\"random\":false}", if (is.null(new)) rows else new, re.form = NA),
    if (!is.null(new)) asked("{\"allowNewLevels\":true}", new, allow.new.levels = TRUE))
  put_others(dir, name, own)
}
