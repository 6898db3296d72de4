# The series' page: a number field and the predicted chance. Rscript tests/bench/shiny.R MODEL.RDS PORT
# Needs r-cran-shiny and r-cran-ranger of Debian.
suppressPackageStartupMessages({
  library(shiny)
  library(ranger)
})
given <- commandArgs(trailingOnly = TRUE)
model <- readRDS(given[1])
ui <- fluidPage(
  titlePanel("Preditor de Doença Cardíaca"),
  sidebarLayout(
    sidebarPanel(numericInput("idade", "Idade:", 25, min = 0, max = 100, step = 1)),
    mainPanel(h3("Chance de não haver doença"), verbatimTextOutput("chance"))
  )
)
server <- function(input, output) {
  output$chance <- renderText({
    req(input$idade)
    sprintf("%.15g", predict(model, data.frame(age = input$idade), num.threads = 1)$predictions)
  })
}
runApp(shinyApp(ui, server), port = as.integer(given[2]), host = "127.0.0.1", launch.browser = FALSE, quiet = TRUE)
