// Where the rows of a table come from: entries that are committed, folded. What it folds is stated at each; nobody keeps one.
#pragma once

#include <functional>
#include <memory>

#include "actors/tables/rows.hpp"
#include "app/node_access.hpp"

namespace tally {

class TableSource {
 public:
  using Visit = std::function<void(const tables::Change&)>;

  virtual ~TableSource() = default;

  // The changes, of this table and of others, of what is committed and was not read yet.
  virtual void catch_up(const OpenedJournal& opened, const Visit& visit) = 0;
};

// `index`: of tables::Row's alternatives. Throws ProfileError where the table needs the profile, and it cannot be read.
std::unique_ptr<TableSource> table_source(std::size_t index, const Where& where);

}  // namespace tally
