# Writes partykit's trees and ipred's bags as golden files (write-others.R has the form).

# Whether R draws a row's way through a tree at random: its value is missing, or a level that a split has not seen, and no surrogate helps.
draws <- function(node, frame, row, names) {
  if (partykit::is.terminal(node)) return(FALSE)
  split <- partykit::split_node(node)
  kid <- NA
  for (one in c(list(split), partykit::surrogates_node(node))) if (is.na(kid)) kid <- partykit::kidids_split(one, frame, vmatch = match(names, names(frame)), obs = row)
  prob <- partykit::prob_split(split)
  if (is.na(kid)) {
    if (sum(prob > 0) > 1) return(TRUE)
    kid <- which.max(prob)
  }
  draws(partykit::kids_node(node)[[kid]], frame, row, names)
}

golden_party <- function(dir, name, model, rows) {
  factors <- Filter(is.factor, model$data)
  frame <- model.frame(delete.response(model$terms), rows, na.action = na.pass, xlev = lapply(factors[intersect(names(factors), attr(model$terms, "term.labels"))], levels))
  drawn <- vapply(seq_len(nrow(rows)), function(i) draws(partykit::node_party(model), frame, i, names(model$data)), NA)
  rows <- rows[!drawn, , drop = FALSE]
  # Where a split is of what the formula computes, predict() leaves out rows that lack a value.
  inner <- setdiff(partykit::nodeids(model), partykit::nodeids(model, terminal = TRUE))
  asked <- unlist(partykit::nodeapply(model, inner, function(node) vapply(c(list(partykit::split_node(node)), partykit::surrogates_node(node)), partykit::varid_split, 1L)))
  if (!all(names(model$data)[asked] %in% names(rows))) rows <- rows[complete.cases(rows), , drop = FALSE]
  said <- unname(predict(model, rows))
  if (!is.factor(said)) return(write_golden(dir, name, model, "regression", rows, said))
  write_golden(dir, name, model, "classification", rows, said, levels(said), others = list(prob = matrix(predict(model, rows, type = "prob"), nrow(rows))))
}

# A bag of ipred, by each of its aggregations; where classes tie, R draws one.
golden_bag <- function(dir, name, model, rows) {
  ask <- function(...) unname(predict(model, rows, ...))
  other <- function(parameters, p) paste0("{\"parameters\":", parameters, ",\"predictions\":", if (is.matrix(p)) json(unname(p)) else json(one_each(p)), "}")
  if (inherits(model, "regbagg")) {
    write_golden(dir, name, model, "regression", rows, ask())
    others <- other("{\"aggregation\":\"weighted\"}", ask(aggregation = "weighted"))
  } else {
    votes <- ask(type = "prob")
    tied <- apply(votes, 1, function(p) levels(model$y)[p == max(p)], simplify = FALSE)
    names(tied) <- seq_along(tied) - 1
    write_golden(dir, name, model, "classification", rows, ask(), levels(model$y), lapply(tied[lengths(tied) > 1], one_each), list(prob = votes))
    averages <- tryCatch(ask(type = "prob", aggregation = "average"), error = function(e) NULL)
    others <- c(other("{\"type\":\"prob\",\"aggregation\":\"weighted\"}", ask(type = "prob", aggregation = "weighted")),
      if (!is.null(averages)) other("{\"type\":\"prob\",\"aggregation\":\"average\"}", averages))
  }
  put_others(dir, name, others)
}
