#include "qfx/report/report.h"

#include "report/html.h"
#include "report/page_files.h"
#include "report/page_json.h"
#include "report/run_files.h"

#include "qfx/base/file.h"

namespace qfx::report {

void write_report(const std::string& source, const std::string& output_path,
                  const Answers& answers, const std::string& estimate) {
  const Json data = page_json(source, answers, estimate);
  const auto content = [&](std::string_view name) {
    if (name == "title") return escape_html(data["name"].get<std::string>());
    if (name == "data") return script_json(data);
    return page_file(name);
  };
  write_file_atomically(output_path, fill_template(page_file("page.html"), content));
}

bool has_estimate(const std::string& run_folder) {
  return !read_run_folder(run_folder).estimate.is_null();
}

}  // namespace qfx::report
