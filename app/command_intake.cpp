#include "app/command_intake.hpp"

namespace tally {
namespace {

template <class M>
inline constexpr bool commands_account =
    std::same_as<M, SendSignal> || std::same_as<M, DepositFunds> || std::same_as<M, WithdrawFunds> || std::same_as<M, AddSubscription> ||
    std::same_as<M, ChangeSubscription> || std::same_as<M, AllotCapital> || std::same_as<M, ReleaseCapital> ||
    std::same_as<M, ChangeLimits> || std::same_as<M, HaltTrading> || std::same_as<M, RequestRearm> || std::same_as<M, ConfirmRearm> ||
    std::same_as<M, RequestReconciliation> || std::same_as<M, ResolveDrift> || std::same_as<M, EntityResumed> ||
    std::same_as<M, InputQuarantined>;

}  // namespace

bool is_command(const Message& message) {
  return std::visit([]<class M>(const M&) { return commands_account<M>; }, message);
}

void write_minimum_unit(Message& message, Money minimum_unit) {
  std::visit(
      [&]<class M>(M& command) {
        if constexpr (commands_account<M> && requires { command.minimum_unit; }) command.minimum_unit = minimum_unit;
      },
      message);
}

IdempotencyKey key_of(const Message& message) {
  return std::visit(
      []<class M>(const M& command) {
        if constexpr (requires { { command.key } -> std::same_as<const IdempotencyKey&>; }) return command.key;
        else return IdempotencyKey();
      },
      message);
}

}  // namespace tally
