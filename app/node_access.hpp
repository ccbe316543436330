// How a command reaches an account: through the node that runs it, or, where none runs, by opening its data directory, being
// the node for a moment, and closing when everything is durable and settled.
#pragma once

#include <memory>

#include "actors/host/live/tree_row.hpp"
#include "app/data_directory.hpp"
#include "app/where.hpp"
#include "persistence/journal.hpp"

namespace tally {

class AccountNode;

DataDirectory data_directory(const Where& where);   // --data, else the profile's

class NodeAccess {
 public:
  virtual ~NodeAccess() = default;

  virtual Symbol account() const = 0;
  virtual Symbol venue() const = 0;   // empty where the venue is a process of its own

  // The entries of the command's cascade, durable; its own first. Throws CommandFailed where it was refused.
  virtual std::vector<EntryPtr> submit(const Message& message, const std::string& producer) = 0;
  virtual std::vector<TreeRow> tree(Symbol shard) = 0;
  // A drill: the entity throws `times` times at its next inputs. Throws CommandFailed where no node runs.
  virtual void fail(const EntityRef& entity, std::uint32_t times, const std::string& cause) = 0;
  // Committed entries as of now.
  virtual std::shared_ptr<const Journal> journal() = 0;
};

// Throws CommandFailed: busy (held by a process that does not answer), or what the profile or the journal says.
std::unique_ptr<NodeAccess> open_node(const Where& where);

// For commands that only read: nothing is recorded. Throws CommandFailed where there is no journal yet.
struct OpenedJournal {
  std::shared_ptr<const Journal> journal;
  Symbol account;
  Symbol venue;
  bool running = false;    // a node answered
};
OpenedJournal open_journal(const Where& where);
// The same where it is about all shards: no account is chosen.
OpenedJournal open_whole_journal(const Where& where);
std::vector<Symbol> accounts_in(const Journal& journal);

// A node of this process on a data directory; throws as open_node does.
std::unique_ptr<AccountNode> start_node(const Where& where, const std::string& name);

}  // namespace tally
