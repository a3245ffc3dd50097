// Workbooks by two writers that are not ours; called by the tests:
//   node write.mjs around BOOK OUT     excelize puts its own sheets into a workbook
//   node write.mjs sheetjs OUT         SheetJS writes a workbook with threaded comments
//   node write.mjs move < JSON         excelize inserts and deletes rows, and says what became of the formulas
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const [deed, ...places] = process.argv.slice(2);

function done(answer) {
  if (answer.error) throw new Error(answer.error);
  return answer;
}

function fill(file, sheet) {
  done(file.NewSheet(sheet));
  const rows = [["Month", "Shop", "Sales"]];
  for (let n = 0; n < 12; n++) rows.push([`2026-${n + 1}`, n % 2 ? "North" : "South", 100 + n]);
  rows.forEach((row, at) => done(file.SetSheetRow(sheet, `A${at + 1}`, row)));
}

async function around(source, target) {
  const { init } = require("excelize-wasm");
  const excelize = await init(require.resolve("excelize-wasm/excelize.wasm.gz"));
  const file = done(excelize.OpenReader(readFileSync(source)));
  fill(file, "Shops");
  done(file.NewSheet("Pivot"));
  done(file.AddPivotTable({
    DataRange: "Shops!A1:C13", PivotTableRange: "Pivot!A3:F12", Name: "ByShop",
    Rows: [{ Data: "Month" }], Columns: [{ Data: "Shop" }], Data: [{ Data: "Sales", Name: "Sum", Subtotal: "Sum" }],
    RowGrandTotals: true, ColGrandTotals: true, ShowDrill: true, ShowRowHeaders: true, ShowColHeaders: true,
  }));
  fill(file, "Sliced");
  done(file.AddTable("Sliced", { Range: "A1:C13", Name: "tblSliced", StyleName: "TableStyleMedium2" }));
  done(file.AddSlicer("Sliced", { Name: "Shop", Cell: "E2", TableSheet: "Sliced", TableName: "tblSliced", Caption: "Shop" }));
  done(file.AddSparkline("Sliced", { Location: ["I2"], Range: ["Sliced!C2:C13"], Markers: true }));
  done(file.AddChart("Shops", "E2", {
    Type: excelize.Col, Series: [{ Name: "Shops!C1", Categories: "Shops!A2:A13", Values: "Shops!C2:C13" }],
  }));
  done(file.AddComment("Shops", { Cell: "A2", Author: "Anna", Paragraph: [{ Text: "Grüezi" }] }));
  done(file.AddFormControl("Shops", { Cell: "E20", Type: excelize.FormControlCheckBox, Text: "Done", Checked: true }));
  done(file.AddDataValidation("Shops", { Sqref: "B2:B13", Type: "list", Formula1: '"North,South"', AllowBlank: true }));
  done(file.SetDefinedName({ Name: "OwnSales", RefersTo: "Shops!$C$2:$C$13", Scope: "Workbook" }));
  writeFileSync(target, done(file.WriteToBuffer()).buffer);
}

function sheetjs(target) {
  const XLSX = require("xlsx");
  const book = XLSX.utils.book_new();
  const sheet = XLSX.utils.aoa_to_sheet([["SKU", "Bin"], ["00123", "A-1"], ["1E5", "B-2"]]);
  sheet.A2.c = [{ a: "Anna", t: "Where is it?", T: true }, { a: "Ben", t: "In A-1.", T: true }];
  sheet["!merges"] = [{ s: { r: 4, c: 0 }, e: { r: 5, c: 1 } }];
  XLSX.utils.book_append_sheet(book, sheet, "Bins");
  XLSX.writeFile(book, target);
}

async function move() {
  const { init } = require("excelize-wasm");
  const excelize = await init(require.resolve("excelize-wasm/excelize.wasm.gz"));
  const { formulas, histories } = JSON.parse(readFileSync(0, "utf8"));
  console.log(JSON.stringify(histories.map((deeds) => moved(excelize, formulas, deeds))));
}

function moved(excelize, formulas, deeds) {
  const file = excelize.NewFile();
  done(file.NewSheet("Other"));
  formulas.forEach((formula, at) => done(file.SetCellFormula("Other", `A${at + 1}`, formula)));
  for (const [kind, row, count] of deeds) {
    if (kind === "insert") done(file.InsertRows("Sheet1", row, count));
    else for (let n = 0; n < count; n++) done(file.RemoveRow("Sheet1", row));
  }
  return formulas.map((_, at) => done(file.GetCellFormula("Other", `A${at + 1}`)).formula);
}

const deeds = { around, sheetjs, move };
await deeds[deed](...places);
process.exit(0);
