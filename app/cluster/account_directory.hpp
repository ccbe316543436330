// Which accounts a cluster has: a replicated log of its own (the shard "accounts"), one entry an account, with its profile and
// with the words that its log is founded with.
//
// Two nodes that add the same account at once, a retry, a leader that falls in between: one entry of a name is committed, every node reads
// the same one, and founds the same log by it. No node's disk is needed in particular. Format: docs/formats/account-directory.md.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "persistence/consensus/types.hpp"
#include "persistence/rocksdb_journal.hpp"

namespace tally {

struct DirectoryRow {
  Symbol account;
  consensus::Generation generation = 0;
  std::vector<consensus::Member> members;   // who founds; none where the log was there before the row
  std::string profile;                      // the YAML text
};

std::string row_text(const DirectoryRow& row);
DirectoryRow row_of(const std::string& text);   // throws JournalError

class AccountDirectory {
 public:
  static constexpr std::size_t accounts_max = 64;
  static constexpr std::size_t profile_bytes_max = std::size_t{256} << 10;

  // `journal` outlives it.
  explicit AccountDirectory(RocksDbJournal& journal) : journal_(journal) {}

  static Symbol shard();

  // Visits what was committed since the last call, in order; a row whose visit throws is visited again by the next. One thread's.
  // Throws JournalError where a row cannot be read.
  void follow(const std::function<void(const DirectoryRow&)>& visit);

  // At the node that leads the directory: returns when the account is in it; false where it was, with the same profile. Throws
  // CommandFailed: another profile of that name, too many, or UNKNOWN where leadership was lost meanwhile.
  bool add(Symbol account, const std::string& profile);

 private:
  RocksDbJournal& journal_;
  Offset followed_ = 0;
  std::mutex adding_;
};

}  // namespace tally
